# Tries: Jumps by a register with the base added, but no mask.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $39, %eax
	movl $1f+1, %edx
	addq %r15, %rdx
	jmp *%rdx
1:	movl $0x9090050f, %ecx
	SUCCEED
