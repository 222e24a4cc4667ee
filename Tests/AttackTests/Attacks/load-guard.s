# Tries: Reads out of the guard: the answer must be a fault, not a value.
# Validated: faulted

	.include "attack.inc"
_start:
	movl -0x1000(%r15), %eax
	SUCCEED
