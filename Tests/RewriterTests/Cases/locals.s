# A pointer to a local is 32 bits of the stack pointer: who gets it relies on an empty upper half.
f:
	leaq	48(%rsp), %rsi
	movq	%rsp, %rdi
	leaq	-8(%rbp,%rcx), %rdx
	movl	4(%rdx), %eax
	movq	%rbp, %rbx
	movl	(%rbx), %eax
# Between the two, and back, they stay sandbox addresses.
	movq	%rsp, %rbp
	leaq	-40(%rbp), %rsp
	movq	%rdi, %rsp
