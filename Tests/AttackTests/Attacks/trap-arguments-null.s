# Tries: Passes arguments in the null pages.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP_AT 0x1000
	EXPECT_NEGATIVE
	CONTAINED
