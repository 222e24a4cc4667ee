# Tries: Data that lies over the stack.
# Validated: refused
# Unvalidated: refused
# Patch: 192 u64 0xff000000

	.include "attack.inc"
_start:
	CONTAINED
