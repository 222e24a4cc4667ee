# Tries: Reads into memory above 4 GiB.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 0, 0x100000000, 16, 0
	EXPECT_NEGATIVE
	CONTAINED
