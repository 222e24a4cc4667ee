# Tries: Overwrites the user manifest, to raise its limits.
# Validated: faulted

	.include "attack.inc"
_start:
	STORE 0xfefffffc
	SUCCEED
