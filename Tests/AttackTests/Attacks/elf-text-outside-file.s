# Tries: A text that lies behind the end of the file.
# Validated: refused
# Unvalidated: refused
# Patch: 72 u64 0xfffffffffffff000

	.include "attack.inc"
_start:
	CONTAINED
