# Tries: Writes so many bytes that the end comes before the start.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP WRITE, 1, buffer, 0xffffffffffff0000, 0
	EXPECT_NEGATIVE
	CONTAINED
