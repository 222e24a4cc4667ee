# Tries: Takes a 16-bit write for a mask.
# Validated: refused

	.include "attack.inc"
_start:
	movw %bx, %bx
	movl %eax, (%r15,%rbx)
	SUCCEED
