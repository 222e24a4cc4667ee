# Tries: Reads 2^63 bytes, which no sum can hold.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 0, buffer, 0x8000000000000000, 0
	EXPECT_NEGATIVE
	CONTAINED
