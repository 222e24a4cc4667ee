# Tries: Reads across the end of its stack into the guard.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 0, 0xfffeffff, 2, 0
	EXPECT_NEGATIVE
	CONTAINED
