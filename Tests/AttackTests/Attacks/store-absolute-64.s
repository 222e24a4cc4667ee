# Tries: Stores to an absolute address of 64 bits.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movabsl %eax, 0x440000000000
	SUCCEED
