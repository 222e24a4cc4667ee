# Tries: Makes calls of no bytes: they count, and end.
# Validated: contained

	.include "attack.inc"
_start:
	movl $100, %r12d
1:	TRAP READ, 3, buffer, 0, 0
	decl %r12d
	jnz 1b
	EXPECT_NEGATIVE
	CONTAINED
