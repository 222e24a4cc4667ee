# Tries: Stores to an absolute address.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl %eax, 0x400000
	SUCCEED
