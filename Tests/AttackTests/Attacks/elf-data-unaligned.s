# Tries: Data that starts inside a page.
# Validated: refused
# Unvalidated: refused
# Patch: 192 u64 0x40001

	.include "attack.inc"
_start:
	CONTAINED
