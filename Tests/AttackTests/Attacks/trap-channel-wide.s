# Tries: Uses channel 2^32, which is channel 0 if somebody cuts it.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 0x100000000, buffer, 16, 0
	EXPECT_NEGATIVE
	CONTAINED
