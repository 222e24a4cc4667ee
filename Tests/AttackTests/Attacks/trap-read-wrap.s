# Tries: Reads to the end of the 4 GiB and on to the start.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 0, 0xfffffff0, 64, 0
	EXPECT_NEGATIVE
	CONTAINED
