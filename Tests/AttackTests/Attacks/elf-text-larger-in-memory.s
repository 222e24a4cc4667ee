# Tries: A text with more memory than file: the rest would be zeros.
# Validated: refused
# Unvalidated: refused
# Patch: 104 u64 0x2000

	.include "attack.inc"
_start:
	CONTAINED
