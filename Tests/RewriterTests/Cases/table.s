# Where the index is known to be small, a table needs no lea.
	movzbl	%al, %eax
	movl	table(,%rax,4), %edx
	andl	$508, %eax
	movl	table(%rax), %eax
	movzwl	%ax, %eax
	movl	table-4(,%rax,8), %edx
# These may be any number, or nothing is known of what stands before.
	movl	%ecx, %eax
	movl	table(,%rax,8), %edx
	andl	$0x7fffffff, %eax
	movl	table(,%rax,8), %edx
	andl	$-2, %eax
	movl	table(,%rax,8), %edx
	movzbl	%al, %eax
	nop
	movl	table(,%rax,4), %edx
	movzbl	%al, %eax
	movl	-8(,%rax,4), %edx
# What is known of a register stays until it is written, and through sums and copies.
	shrl	$16, %ecx
	movq	%xmm0, %rsi
	movl	table(,%rcx,4), %edx
	movl	%ecx, %ebx
	addl	$8, %ebx
	jne	.L1
	movzbl	table(%rbx), %edx
	cmovel	%edx, %ebx
	movzbl	table(%rbx), %edx
# On the stack as well.
	shrq	$50, %rdi
	movl	24(%esp,%edi,4), %eax
	movl	24(%esp,%edx,4), %eax
	movl	24(%esp,%esi,4), %eax
	movl	%edi, %r8d
	shll	$2, %r8d
	movl	24(%esp,%r8d), %eax
# Too large in the end, or gone with a call or a label.
	shrl	$1, %ecx
	movl	table(,%rcx,2), %edx
	movzwl	%ax, %eax
	call	f
	movl	table(,%rax,4), %edx
	movzwl	%ax, %eax
.L1:
	movl	table(,%rax,4), %edx
