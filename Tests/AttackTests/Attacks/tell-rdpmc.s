# Tries: Reads a performance counter.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	xorl %ecx, %ecx
	rdpmc
	CONTAINED
