# Tries: Data that wraps around the address space.
# Validated: refused
# Unvalidated: refused
# Patch: 216 u64 0xffffffffffff0000

	.include "attack.inc"
_start:
	CONTAINED
