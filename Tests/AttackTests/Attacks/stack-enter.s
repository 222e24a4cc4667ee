# Tries: Builds a frame by enter.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	enter $16, $1
	hlt
