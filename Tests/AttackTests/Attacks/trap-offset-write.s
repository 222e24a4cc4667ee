# Tries: Writes far behind the end of a file that it may write 64 bytes of.
# Validated: contained

	.include "attack.inc"
_start:
	TRAP WRITE, 5, buffer, 16, 0x7ffffffffffffff0
	EXPECT_NEGATIVE
	CONTAINED
