# Tries: A text as large as the address space.
# Validated: refused
# Unvalidated: refused
# Patch: 96 u64 0xffffffffffffffff

	.include "attack.inc"
_start:
	CONTAINED
