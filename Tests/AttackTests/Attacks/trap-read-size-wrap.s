# Tries: Reads so many bytes that the end comes before the start.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 0, buffer, 0xffffffffffff0000, 0
	EXPECT_NEGATIVE
	CONTAINED
