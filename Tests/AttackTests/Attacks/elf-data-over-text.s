# Tries: Data that lies over the text.
# Validated: refused
# Unvalidated: refused
# Patch: 192 u64 0x20000

	.include "attack.inc"
_start:
	CONTAINED
