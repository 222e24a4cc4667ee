# jmp_buf: rbx, rbp, r12, r13, r14, then rsp and the return address as 32-bit guest addresses.
# r15 is the sandbox base and never changes.
	.text
	.globl setjmp
	.globl _setjmp
	.globl __setjmp
	.type setjmp,@function
	.type _setjmp,@function
	.type __setjmp,@function
setjmp:
_setjmp:
__setjmp:
	movq %rbx,(%edi)
	movq %rbp,8(%edi)
	movq %r12,16(%edi)
	movq %r13,24(%edi)
	movq %r14,32(%edi)
	leal 8(%rsp),%edx
	movl %edx,40(%edi)
	movl (%rsp),%edx
	movl %edx,48(%edi)
	xorl %eax,%eax
	ret

	.globl longjmp
	.globl _longjmp
	.type longjmp,@function
	.type _longjmp,@function
longjmp:
_longjmp:
	xorl %eax,%eax
	cmpl $1,%esi
	adcl %esi,%eax
	movq (%edi),%rbx
	movl 8(%edi),%ebp
	movq 16(%edi),%r12
	movq 24(%edi),%r13
	movq 32(%edi),%r14
	movl 48(%edi),%edx
	movl 40(%edi),%esp
	jmp *%rdx
