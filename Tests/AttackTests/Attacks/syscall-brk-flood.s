# Tries: Grows the heap of the C library without end.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $12, %eax
	xorl %edi, %edi
	syscall
	movq %rax, %rbx
	movl $100000, %r13d
1:	addq $0x10000000, %rbx
	movq %rbx, %rdi
	movl $12, %eax
	syscall
	decl %r13d
	jnz 1b
	CONTAINED
