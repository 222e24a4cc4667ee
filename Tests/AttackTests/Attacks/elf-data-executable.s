# Tries: Data that can be executed.
# Validated: refused
# Unvalidated: refused
# Patch: 180 u32 7

	.include "attack.inc"
_start:
	CONTAINED
