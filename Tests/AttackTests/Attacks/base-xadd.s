# Tries: Writes the base register as the second result of xadd.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	xaddq %r15, %rax
	movl $1, 0(%r15)
	SUCCEED
