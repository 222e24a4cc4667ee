# Tries: A program of the other byte order.
# Validated: refused
# Unvalidated: refused
# Patch: 5 u8 2

	.include "attack.inc"
_start:
	CONTAINED
