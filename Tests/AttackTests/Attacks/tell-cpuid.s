# Tries: Asks what machine this is.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	xorl %eax, %eax
	cpuid
	CONTAINED
