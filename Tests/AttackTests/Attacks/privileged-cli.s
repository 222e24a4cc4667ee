# Tries: Switches interrupts off.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	cli
	SUCCEED
