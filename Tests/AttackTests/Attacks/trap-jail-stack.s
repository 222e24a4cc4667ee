# Tries: Has its stack made executable.
# Validated: exited 0

	.include "attack.inc"
_start:
	movl $0xff000000, %r12d
	JAIL JAIL, r12, 0x10000
	EXPECT_NEGATIVE
	CONTAINED
