	.bundle_align_mode 5
	.text
	.bundle_lock
	movzbl %al, %eax
	movl table(%r15,%rax,4), %edx
	.bundle_unlock
	.bundle_lock
	andl $508, %eax
	movl table(%r15,%rax,1), %eax
	.bundle_unlock
	.bundle_lock
	movzwl %ax, %eax
	movl table-4(%r15,%rax,8), %edx
	.bundle_unlock
	movl %ecx, %eax
	.bundle_lock
	leal table(,%rax,8), %r11d
	movl (%r15,%r11), %edx
	.bundle_unlock
	andl $0x7fffffff, %eax
	.bundle_lock
	leal table(,%rax,8), %r11d
	movl (%r15,%r11), %edx
	.bundle_unlock
	andl $-2, %eax
	.bundle_lock
	leal table(,%rax,8), %r11d
	movl (%r15,%r11), %edx
	.bundle_unlock
	movzbl %al, %eax
	nop
	.bundle_lock
	leal table(,%rax,4), %r11d
	movl (%r15,%r11), %edx
	.bundle_unlock
	movzbl %al, %eax
	.bundle_lock
	leal -8(,%rax,4), %r11d
	movl (%r15,%r11), %edx
	.bundle_unlock
	shrl $16, %ecx
	movq %xmm0, %rsi
	.bundle_lock
	movl %ecx, %r11d
	movl table(%r15,%r11,4), %edx
	.bundle_unlock
	movl %ecx, %ebx
	addl $8, %ebx
	jne .L1
	.bundle_lock
	movl %ebx, %r11d
	movzbl table(%r15,%r11,1), %edx
	.bundle_unlock
	cmovel %edx, %ebx
	shrq $50, %rdi
	.bundle_lock
	movl %edi, %r11d
	movl 24(%rsp,%r11,4), %eax
	.bundle_unlock
	.bundle_lock
	leal table(%rbx), %r11d
	movzbl (%r15,%r11), %edx
	movl 24(%rsp,%rdx,4), %eax
	.bundle_unlock
	.bundle_lock
	leal 24(%rsp,%rsi,4), %r11d
	movl (%r15,%r11), %eax
	.bundle_unlock
	movl %edi, %r8d
	shll $2, %r8d
	.bundle_lock
	leal 24(%rsp,%r8,1), %r11d
	movl (%r15,%r11), %eax
	.bundle_unlock
	shrl $1, %ecx
	.bundle_lock
	leal table(,%rcx,2), %r11d
	movl (%r15,%r11), %edx
	.bundle_unlock
	movzwl %ax, %eax
	.bundle_lock align_to_end
	call f
	.bundle_unlock
	.bundle_lock
	leal table(,%rax,4), %r11d
	movl (%r15,%r11), %edx
	.bundle_unlock
	movzwl %ax, %eax
.L1:
	.bundle_lock
	leal table(,%rax,4), %r11d
	movl (%r15,%r11), %edx
	.bundle_unlock
