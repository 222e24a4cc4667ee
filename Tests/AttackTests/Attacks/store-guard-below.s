# Tries: Uses the smallest displacement from the base: it lands in the guard.
# Validated: faulted

	.include "attack.inc"
_start:
	movl %eax, -0x80000000(%r15)
	SUCCEED
