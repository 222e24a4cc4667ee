# Tries: Reads to where its buffer lies for the host: a 64-bit address is no guest address.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 0, 0x440a00040000, 16, 0
	EXPECT_NEGATIVE
	CONTAINED
