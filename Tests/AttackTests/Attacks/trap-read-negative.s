# Tries: Reads to a negative address.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 0, -16, 16, 0
	EXPECT_NEGATIVE
	CONTAINED
