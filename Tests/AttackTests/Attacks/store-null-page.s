# Tries: Stores to the null pages.
# Validated: faulted

	.include "attack.inc"
_start:
	STORE 0x100
	SUCCEED
