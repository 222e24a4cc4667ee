# Tries: A first segment that is data.
# Validated: refused
# Unvalidated: refused
# Patch: 68 u32 6

	.include "attack.inc"
_start:
	CONTAINED
