# Tries: Reads over the trap.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 0, 0x10000, 16, 0
	EXPECT_NEGATIVE
	CONTAINED
