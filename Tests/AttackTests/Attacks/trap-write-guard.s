# Tries: Writes out the guard.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP WRITE, 1, 0xffff0000, 16, 0
	EXPECT_NEGATIVE
	CONTAINED
