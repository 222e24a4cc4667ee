# Tries: A segment of a kind that nobody knows.
# Validated: refused
# Unvalidated: refused
# Patch: 176 u32 0x12345678

	.include "attack.inc"
_start:
	CONTAINED
