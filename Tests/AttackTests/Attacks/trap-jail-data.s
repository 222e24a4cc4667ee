# Tries: Has its data made executable.
# Validated: exited 0

	.include "attack.inc"
_start:
	movl $args, %r12d
	andl $-65536, %r12d
	JAIL JAIL, r12, 0x10000
	EXPECT_NEGATIVE
	CONTAINED
