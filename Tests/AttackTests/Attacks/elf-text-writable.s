# Tries: A text that can be written.
# Validated: refused
# Unvalidated: refused
# Patch: 68 u32 7

	.include "attack.inc"
_start:
	CONTAINED
