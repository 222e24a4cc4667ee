# Tries: Reads into its read-only data.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 0, constant, 16, 0
	EXPECT_NEGATIVE
	CONTAINED
