# Tries: Lets an instruction cross a bundle, so that an indirect jump to the bundle lands on its end.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $39, %eax
	jmp 2f
	.p2align 5
	.fill 30, 1, 0x90
	.byte 0xb9, 0x90
2:	.byte 0x0f, 0x05, 0x90
	SUCCEED
