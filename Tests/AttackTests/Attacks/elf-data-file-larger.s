# Tries: Data with more file than memory.
# Validated: refused
# Unvalidated: refused
# Patch: 208 u64 0x7fffffff

	.include "attack.inc"
_start:
	CONTAINED
