# Tries: Has its own text made writable by unjail.
# Validated: exited 0

	.include "attack.inc"
_start:
	movl $_start, %r12d
	JAIL UNJAIL, r12, 0x10000
	EXPECT_NEGATIVE
	CONTAINED
