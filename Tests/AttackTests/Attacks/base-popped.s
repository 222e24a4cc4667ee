# Tries: Pops the base register from its stack.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	pushq $0x400000
	popq %r15
	movl $1, 0(%r15)
	SUCCEED
