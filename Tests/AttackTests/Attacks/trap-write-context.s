# Tries: Writes out the launcher's context by its 64-bit address.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP WRITE, 1, 0x43fffffff000, 4096, 0
	EXPECT_NEGATIVE
	CONTAINED
