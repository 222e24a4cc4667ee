# Tries: Stores to the last 64 KiB of the 4 GiB.
# Validated: faulted

	.include "attack.inc"
_start:
	STORE 0xfffffff0
	SUCCEED
