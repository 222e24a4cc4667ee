# Tries: Program headers behind the end of the file.
# Validated: refused
# Unvalidated: refused
# Patch: 32 u64 0x7fffffffffffff00

	.include "attack.inc"
_start:
	CONTAINED
