# Tries: Takes bsf for a mask: it leaves its target alone when the source is 0.
# Validated: refused

	.include "attack.inc"
_start:
	bsfl %ecx, %ebx
	movl %eax, (%r15,%rbx)
	SUCCEED
