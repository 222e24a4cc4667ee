# Tries: Program headers of another size.
# Validated: refused
# Unvalidated: refused
# Patch: 54 u16 32

	.include "attack.inc"
_start:
	CONTAINED
