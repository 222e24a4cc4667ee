# Tries: Uses channel −1.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, -1, buffer, 16, 0
	EXPECT_NEGATIVE
	CONTAINED
