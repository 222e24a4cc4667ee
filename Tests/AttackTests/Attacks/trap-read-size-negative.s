# Tries: Reads a negative number of bytes.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 0, buffer, -1, 0
	EXPECT_NEGATIVE
	CONTAINED
