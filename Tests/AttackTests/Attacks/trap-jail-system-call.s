# Tries: Has code with a system call made executable.
# Validated: exited 0

	.include "attack.inc"
_start:
	HEAP r12d
	FILL r12, 0x050f050f
	JAIL JAIL, r12, 0x10000
	EXPECT_NEGATIVE
	CONTAINED
