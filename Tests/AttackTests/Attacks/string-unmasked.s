# Tries: Stores a string to any address.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $0x400000, %edi
	movl $64, %ecx
	rep stosb
	SUCCEED
