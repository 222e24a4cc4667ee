# Tries: Jumps, masked, to address 0.
# Validated: faulted

	.include "attack.inc"
_start:
	xorl %eax, %eax
	MASKED_JUMP eax, rax
