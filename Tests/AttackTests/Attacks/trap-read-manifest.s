# Tries: Reads over the user manifest, to change its limits.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 0, 0xfeff0000, 16, 0
	EXPECT_NEGATIVE
	CONTAINED
