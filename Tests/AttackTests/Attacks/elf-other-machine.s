# Tries: A program for another machine.
# Validated: refused
# Unvalidated: refused
# Patch: 18 u16 183

	.include "attack.inc"
_start:
	CONTAINED
