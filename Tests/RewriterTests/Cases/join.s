# An access joins the write of its base, across what may as well come first,
f:
	movl	%ecx, %ebx
	movl	8(%rsp), %edx
	addl	%edx, %esi
	movl	4(%ebx), %eax
# or behind it: a reader of the base,
	movl	%ecx, %ebx
	addl	%ebx, %edx
	movl	(%ebx), %eax
# a write of what it was computed from,
	leal	4(%rcx,%rdx), %ebx
	movl	$7, %edx
	movl	(%ebx), %eax
# what sets flags, as the write of the base does.
	addl	$4, %edi
	cmpl	%edx, %ecx
	movl	(%edi), %esi
# A store elsewhere on the stack can come first.
	movl	(%rsp), %edi
	movl	%eax, 4(%rsp)
	movl	(%edi), %esi
# Not across another write of the base,
	movl	%ecx, %ebx
	movq	%rdx, %rbx
	movl	(%ebx), %eax
# nor when all three set flags,
	addl	$4, %edi
	cmpl	%edx, %ecx
	addl	(%edi), %esi
# nor when one stores what the other loads, and where the access may load,
	movl	(%rsp), %edi
	movl	%eax, 2(%rsp)
	movl	(%edi), %esi
# nor when what has to come first needs what has to come behind,
	movl	%ecx, %ebx
	addl	%ebx, %edx
	movl	%edx, (%rsp)
	movl	(%ebx), %eax
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
# A stack that no other address leads to is not what an access loads or stores,
	.type	own, @function
own:
	subl	$8, %esp
	movl	(%rsp), %edi
	movl	%eax, (%rsp)
	movl	%edx, (%edi)
	movl	%ecx, %ebx
	movl	%ebx, 4(%rsp)
	movl	(%ebx), %esi
# but one whose address is taken may be, if only in the function's rare part.
	.type	shared, @function
shared:
	movl	%ecx, %ebx
	movl	%ebx, 4(%rsp)
	movl	(%ebx), %esi
	.type	shared.cold, @function
shared.cold:
	leal	8(%rsp), %edi
