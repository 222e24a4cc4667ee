# An access joins the write of its base, across what may as well come first.
f:
	movl	%ecx, %ebx
	movl	8(%rsp), %edx
	addl	%edx, %esi
	movl	4(%ebx), %eax
# Not across a reader of the base,
	movl	%ecx, %ebx
	addl	%ebx, %edx
	movl	(%ebx), %eax
# nor across another write of it,
	movl	%ecx, %ebx
	movq	%rdx, %rbx
	movl	(%ebx), %eax
# nor across a write of what it was computed from,
	leal	4(%rcx,%rdx), %ebx
	movl	$7, %edx
	movl	(%ebx), %eax
# nor when both set flags,
	addl	$4, %edi
	cmpl	%edx, %ecx
	movl	(%edi), %esi
# nor when one stores where the other may load,
	movl	(%rsp), %edi
	movl	%eax, 4(%rsp)
	movl	(%edi), %esi
# nor across what is not known to the last bit,
	movl	%ecx, %ebx
	mull	%edx
	movl	(%ebx), %esi
# nor across a label.
	movl	%ecx, %ebx
.L2:
	movl	(%ebx), %esi
# Flags may be set before a lea comes, and debug labels stop nothing.
	leal	4(%rcx), %edi
	cmpl	%edx, %ecx
.LVL7:
	movl	(%edi), %edi
	imull	$12, %eax, %eax
	movl	(%eax), %eax
	negl	%eax
	movl	(%eax), %eax
