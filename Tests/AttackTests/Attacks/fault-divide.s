# Tries: Divides by zero.
# Validated: faulted

	.include "attack.inc"
_start:
	xorl %ecx, %ecx
	divl %ecx
