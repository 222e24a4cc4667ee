# Tries: Asks the machine for chance.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	rdrandl %eax
	CONTAINED
