	.bundle_align_mode 5
	.text
f:
	movl 8(%rsp), %edx
	addl %edx, %esi
	.bundle_lock
	movl %ecx, %ebx
	movl 4(%r15,%rbx), %eax
	.bundle_unlock
	.bundle_lock
	movl %ecx, %ebx
	movl (%r15,%rbx), %eax
	.bundle_unlock
	addl %ebx, %edx
	.bundle_lock
	leal 4(%rcx,%rdx,1), %ebx
	movl (%r15,%rbx), %eax
	.bundle_unlock
	movl $7, %edx
	.bundle_lock
	addl $4, %edi
	movl (%r15,%rdi), %esi
	.bundle_unlock
	cmpl %edx, %ecx
	movl %eax, 4(%rsp)
	.bundle_lock
	movl (%rsp), %edi
	movl (%r15,%rdi), %esi
	.bundle_unlock
	movl %ecx, %ebx
	movq %rdx, %rbx
	.bundle_lock
	movl %ebx, %r11d
	movl (%r15,%r11), %eax
	.bundle_unlock
	addl $4, %edi
	cmpl %edx, %ecx
	.bundle_lock
	movl %edi, %r11d
	addl (%r15,%r11), %esi
	.bundle_unlock
	movl (%rsp), %edi
	movl %eax, 2(%rsp)
	.bundle_lock
	movl %edi, %r11d
	movl (%r15,%r11), %esi
	.bundle_unlock
	movl %ecx, %ebx
	addl %ebx, %edx
	movl %edx, (%rsp)
	.bundle_lock
	movl %ebx, %r11d
	movl (%r15,%r11), %eax
	.bundle_unlock
	movl %ecx, %ebx
	mull %edx
	.bundle_lock
	movl %ebx, %r11d
	movl (%r15,%r11), %esi
	.bundle_unlock
	movl %ecx, %ebx
.L2:
	.bundle_lock
	movl %ebx, %r11d
	movl (%r15,%r11), %esi
	.bundle_unlock
	cmpl %edx, %ecx
.LVL7:
	.bundle_lock
	leal 4(%rcx), %edi
	movl (%r15,%rdi), %edi
	.bundle_unlock
	.bundle_lock
	imull $12, %eax, %eax
	movl (%r15,%rax), %eax
	.bundle_unlock
	.bundle_lock
	negl %eax
	movl (%r15,%rax), %eax
	.bundle_unlock
	.type own, @function
	.p2align 5
own:
	.bundle_lock
	subl $8, %esp
	leaq (%rsp,%r15,1), %rsp
	.bundle_unlock
	.bundle_lock
	movl (%rsp), %edi
	movl %edx, (%r15,%rdi)
	.bundle_unlock
	movl %eax, (%rsp)
	.bundle_lock
	movl %ecx, %ebx
	movl (%r15,%rbx), %esi
	.bundle_unlock
	movl %ebx, 4(%rsp)
	.type shared, @function
	.p2align 5
shared:
	movl %ecx, %ebx
	movl %ebx, 4(%rsp)
	.bundle_lock
	movl %ebx, %r11d
	movl (%r15,%r11), %esi
	.bundle_unlock
	.type shared.cold, @function
	.p2align 5
shared.cold:
	leal 8(%rsp), %edi
