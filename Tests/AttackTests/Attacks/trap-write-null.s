# Tries: Writes out the null pages.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP WRITE, 1, 0x1000, 16, 0
	EXPECT_NEGATIVE
	CONTAINED
