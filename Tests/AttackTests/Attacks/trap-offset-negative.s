# Tries: Reads at a negative offset of a random-access channel.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 5, buffer, 16, -1
	EXPECT_NEGATIVE
	CONTAINED
