# Tries: Writes to a channel that is for reading.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP WRITE, 3, buffer, 16, 0
	EXPECT_NEGATIVE
	CONTAINED
