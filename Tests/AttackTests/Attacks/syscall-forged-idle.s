# Tries: Says in its shared memory that it ended well and, with its session's number, that it is ready for another, while it goes on.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
# Returns in each copy of a template; is refused anywhere else.
	TRAP FORK
# The packet that the session came in is in the heap, whose end brk tells. From there down, until
# prlimit64 finds no limit to read: then there is no page.
	movl $12, %eax
	xorl %edi, %edi
	syscall
	movq %rax, %rbx
	movabsq $0x4316d767a, %r8
	xorl %r9d, %r9d
1:	subq $4096, %rbx
	movl $302, %eax
	xorl %edi, %edi
	movl $6, %esi
	movq %rbx, %rdx
	xorl %r10d, %r10d
	syscall
	cmpq $-14, %rax
	je 4f
	xorl %ecx, %ecx
2:	cmpq %r8, (%rbx,%rcx)
	jne 3f
	cmpq %r9, 8(%rbx,%rcx)
	jbe 3f
	movq 8(%rbx,%rcx), %r9
3:	addl $16, %ecx
	cmpl $4096, %ecx
	jb 2b
	jmp 1b
4:
	movq %r9, number(%rip)
# Exited, with the code of an attack that worked.
	movabsq $0x5f0000, %rbx
	movl $2, (%rbx)
	movl $1, 4(%rbx)
	movl $1, %eax
	movl $3, %edi
	leaq packet(%rip), %rsi
	movl $20, %edx
	syscall
	TRAP READ, 0, buffer, 1, 0
	CONTAINED
	.data
packet:	.long 0x316d767a, 8
number:	.quad 0
	.long 0
	.text
