# Tries: Writes more than its 16 bytes in one call: 16 are taken, then none.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP WRITE, 4, buffer, 4096, 0
	cmpl $16, %eax
	jne failed
	TRAP WRITE, 4, buffer, 4096, 0
	EXPECT_NEGATIVE
	CONTAINED
