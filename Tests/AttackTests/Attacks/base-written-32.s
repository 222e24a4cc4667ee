# Tries: Writes the lower half of the base register.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl %eax, %r15d
	movl $1, 0(%r15)
	SUCCEED
