# Tries: A 32-bit program.
# Validated: refused
# Unvalidated: refused
# Patch: 4 u8 1

	.include "attack.inc"
_start:
	CONTAINED
