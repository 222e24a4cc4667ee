# Tries: Jails a range whose end wraps around.
# Validated: exited 0

	.include "attack.inc"
_start:
	HEAP r12d
	JAIL JAIL, r12, 0xffffffffffff0000
	EXPECT_NEGATIVE
	CONTAINED
