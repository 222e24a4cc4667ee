# Tries: Cuts the address to 32 bits by a prefix, which leaves out the base.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $0x400000, %ebx
	movl %eax, (%ebx)
	SUCCEED
