# Tries: Writes at 1 TiB, to make a file that looks huge.
# Validated: contained

	.include "attack.inc"
_start:
	TRAP WRITE, 5, buffer, 16, 0x10000000000
	EXPECT_NEGATIVE
	CONTAINED
