# Tries: Jails a range that is not whole granules.
# Validated: exited 0

	.include "attack.inc"
_start:
	HEAP r12d
	addl $16, %r12d
	JAIL JAIL, r12, 0x10000
	EXPECT_NEGATIVE
	CONTAINED
