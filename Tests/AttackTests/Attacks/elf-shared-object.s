# Tries: A shared object.
# Validated: refused
# Unvalidated: refused
# Patch: 16 u16 3

	.include "attack.inc"
_start:
	CONTAINED
