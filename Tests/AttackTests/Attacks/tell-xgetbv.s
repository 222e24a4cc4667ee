# Tries: Asks which registers the system keeps.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	xorl %ecx, %ecx
	xgetbv
	CONTAINED
