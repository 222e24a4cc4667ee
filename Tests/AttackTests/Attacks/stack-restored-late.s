# Tries: Adds the base in the next bundle.
# Validated: refused

	.include "attack.inc"
_start:
	.p2align 5
	.fill 29, 1, 0x90
	subl $8, %esp
	addq %r15, %rsp
	SUCCEED
