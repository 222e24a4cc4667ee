# Tries: Reads across the hole between text and data.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 0, 0x2fff0, 0x20000, 0
	EXPECT_NEGATIVE
	CONTAINED
