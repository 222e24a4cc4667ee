# Tries: Jumps to its data as the rules allow it, mask and all: data must not run.
# Validated: faulted

	.include "attack.inc"
_start:
	movl $1f, %eax
	MASKED_JUMP eax, rax
	.data
	.p2align 5
1:	.byte 0x0f, 0x05
	.text
