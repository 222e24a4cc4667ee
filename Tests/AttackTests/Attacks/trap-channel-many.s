# Tries: Tries every channel number up to 20,000.
# Validated: exited 0

	.include "attack.inc"
_start:
	movl $6, %r12d
1:	movq $READ, args(%rip)
	movq %r12, args+16(%rip)
	movq $buffer, args+24(%rip)
	movq $1, args+32(%rip)
	CALL_TRAP
	testl %eax, %eax
	jns failed
	incl %r12d
	cmpl $20000, %r12d
	jb 1b
	CONTAINED
