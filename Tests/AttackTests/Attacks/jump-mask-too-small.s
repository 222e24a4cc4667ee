# Tries: Masks to 16 instead of 32.
# Validated: refused

	.include "attack.inc"
_start:
	movl $1f, %ecx
	.bundle_lock
	andl $-16, %ecx
	addq %r15, %rcx
	jmp *%rcx
	.bundle_unlock
1:	hlt
