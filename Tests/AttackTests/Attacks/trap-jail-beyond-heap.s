# Tries: Jails a range that starts in the heap and ends behind it.
# Validated: exited 0

	.include "attack.inc"
_start:
	HEAP r12d
	JAIL JAIL, r12, 0x80000000
	EXPECT_NEGATIVE
	CONTAINED
