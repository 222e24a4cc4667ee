# Tries: An entry point inside a bundle.
# Validated: refused
# Unvalidated: refused
# Patch: 24 u64 0x20001

	.include "attack.inc"
_start:
	CONTAINED
