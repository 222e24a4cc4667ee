# Where the index is known to be small, a table needs no lea.
	movzbl	%al, %eax
	movl	table(,%rax,4), %edx
	andl	$508, %eax
	movl	table(%rax), %eax
	movzwl	%ax, %eax
	movl	table-4(,%rax,8), %edx
# These may be any number, or are too far from their proof.
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
