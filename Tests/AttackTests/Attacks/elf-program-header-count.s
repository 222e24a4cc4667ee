# Tries: More program headers than there can be.
# Validated: refused
# Unvalidated: refused
# Patch: 56 u16 0xffff

	.include "attack.inc"
_start:
	CONTAINED
