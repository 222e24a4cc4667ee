# Tries: Stops for a debugger that is not there.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	int3
	CONTAINED
