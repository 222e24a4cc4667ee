# Tries: An entry point in the data.
# Validated: refused
# Unvalidated: refused
# Patch: 24 u64 0x30000

	.include "attack.inc"
_start:
	CONTAINED
