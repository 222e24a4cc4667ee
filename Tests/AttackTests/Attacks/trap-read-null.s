# Tries: Reads into the null pages.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 0, 0x1000, 16, 0
	EXPECT_NEGATIVE
	CONTAINED
