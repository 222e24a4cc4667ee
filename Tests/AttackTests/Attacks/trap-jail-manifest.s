# Tries: Has the user manifest made writable by unjail.
# Validated: exited 0

	.include "attack.inc"
_start:
	movl $0xfeff0000, %r12d
	JAIL UNJAIL, r12, 0x10000
	EXPECT_NEGATIVE
	CONTAINED
