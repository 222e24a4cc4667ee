	.bundle_align_mode 5
	.text
f:
	leal 48(%rsp), %esi
	movl %esp, %edi
	.bundle_lock
	leal -8(%rbp,%rcx,1), %edx
	movl 4(%r15,%rdx), %eax
	.bundle_unlock
	.bundle_lock
	movl %ebp, %ebx
	movl (%r15,%rbx), %eax
	.bundle_unlock
	movq %rsp, %rbp
	.bundle_lock
	leal -40(%rbp), %esp
	leaq (%rsp,%r15,1), %rsp
	.bundle_unlock
	.bundle_lock
	movl %edi, %esp
	leaq (%rsp,%r15,1), %rsp
	.bundle_unlock
