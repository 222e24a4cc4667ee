# Tries: Runs off the end of its text: the rest of the page is hlt.
# Validated: faulted

	.include "attack.inc"
_start:
	jmp 1f
	.section .text.zz, "ax"
	.p2align 5
1:	.fill 32, 1, 0x90
	.text
