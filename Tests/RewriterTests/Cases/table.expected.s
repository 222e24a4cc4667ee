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
