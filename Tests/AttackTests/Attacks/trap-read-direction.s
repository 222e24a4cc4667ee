# Tries: Reads from a channel that is for writing.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 4, buffer, 16, 0
	EXPECT_NEGATIVE
	CONTAINED
