# Tries: Takes an implicit result for a mask.
# Validated: refused

	.include "attack.inc"
_start:
	mull %ecx
	movl %eax, (%r15,%rdx)
	SUCCEED
