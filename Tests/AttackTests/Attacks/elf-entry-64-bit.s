# Tries: An entry point above 4 GiB.
# Validated: refused
# Unvalidated: refused
# Patch: 24 u64 0x100020000

	.include "attack.inc"
_start:
	CONTAINED
