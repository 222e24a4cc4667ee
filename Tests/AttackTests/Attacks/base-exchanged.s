# Tries: Exchanges the base register.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	xchgq %rax, %r15
	movl $1, 0(%r15)
	SUCCEED
