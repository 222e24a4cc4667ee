# Tries: Writes more than its 16 bytes, one call at a time.
# Validated: exited 0

	.include "attack.inc"
_start:
	movl $20, %r12d
1:	TRAP WRITE, 4, buffer, 1, 0
	decl %r12d
	jnz 1b
	EXPECT_NEGATIVE
	CONTAINED
