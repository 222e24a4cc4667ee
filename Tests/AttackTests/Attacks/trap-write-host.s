# Tries: Writes out what lies at a 64-bit address of the host.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP WRITE, 1, 0x440a00040000, 4096, 0
	EXPECT_NEGATIVE
	CONTAINED
