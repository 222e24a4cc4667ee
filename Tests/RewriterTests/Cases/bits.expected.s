	.bundle_align_mode 5
	.text
	movl $1, %r11d
	xchgq %rcx, %rax
	shll %cl, %r11d
	xchgq %rcx, %rax
	orl %edx, %r11d
	xchgl %edx, %r11d
	xchgq %rcx, %rax
	shrl %cl, %r11d
	xchgq %rcx, %rax
	btl $0, %r11d
	movq $1, %r11
	shlq %cl, %r11
	notq %r11
	andq %rdx, %r11
	xchgq %rdx, %r11
	shrq %cl, %r11
	btl $0, %r11d
	movl $1, %r11d
	xchgq %rcx, %rdx
	shll %cl, %r11d
	xchgq %rcx, %rdx
	xorl %ecx, %r11d
	xchgl %ecx, %r11d
	xchgq %rcx, %rdx
	shrl %cl, %r11d
	xchgq %rcx, %rdx
	btl $0, %r11d
	movl %ecx, %r11d
	xchgq %rcx, %rdx
	shrl %cl, %r11d
	xchgq %rcx, %rdx
	btl $0, %r11d
	btsl $3, %edx
