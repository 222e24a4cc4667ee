# Tries: Masks 64 bits, which leaves the upper half as it is.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movabsq $0x7f0000000000, %rcx
	.bundle_lock
	andq $-32, %rcx
	addq %r15, %rcx
	jmp *%rcx
	.bundle_unlock
