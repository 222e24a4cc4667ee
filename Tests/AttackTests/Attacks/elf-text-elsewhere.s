# Tries: A text that starts in the trampolines.
# Validated: refused
# Unvalidated: refused
# Patch: 80 u64 0x10000

	.include "attack.inc"
_start:
	CONTAINED
