# Tries: A header that says it has another size.
# Validated: refused
# Unvalidated: refused
# Patch: 52 u16 63

	.include "attack.inc"
_start:
	CONTAINED
