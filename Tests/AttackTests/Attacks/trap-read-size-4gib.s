# Tries: Reads 4 GiB and 16 bytes: 16, if somebody cuts to 32 bits.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 0, buffer, 0x100000010, 0
	EXPECT_NEGATIVE
	CONTAINED
