# Tries: Jumps, masked, to the last bundle of the 4 GiB, to run off its end.
# Validated: faulted

	.include "attack.inc"
_start:
	movl $0xffffffe0, %eax
	MASKED_JUMP eax, rax
