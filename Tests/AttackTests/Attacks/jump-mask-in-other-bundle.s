# Tries: Puts the mask into the bundle before, so that a jump to the bundle skips it.
# Validated: refused

	.include "attack.inc"
_start:
	movl $1f, %ecx
	.p2align 5
	.fill 29, 1, 0x90
	andl $-32, %ecx
	addq %r15, %rcx
	jmp *%rcx
	.p2align 5
1:	hlt
