# Tries: Overwrites the trap.
# Validated: faulted

	.include "attack.inc"
_start:
	STORE 0x10000
	SUCCEED
