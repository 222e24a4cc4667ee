# Tries: Takes a conditional move of 64 bits for a mask.
# Validated: refused

	.include "attack.inc"
_start:
	cmovzq %rbx, %rbx
	movl %eax, (%r15,%rbx)
	SUCCEED
