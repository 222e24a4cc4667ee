# Tries: Starts a transaction, to see faults that nobody else sees.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	xbegin 1f
1:	CONTAINED
