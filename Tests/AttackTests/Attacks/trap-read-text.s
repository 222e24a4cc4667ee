# Tries: Reads into its text: new code without a validator.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 0, _start, 16, 0
	EXPECT_NEGATIVE
	CONTAINED
