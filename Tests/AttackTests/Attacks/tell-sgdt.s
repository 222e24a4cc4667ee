# Tries: Asks where the descriptor table is: an address of the kernel.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	sgdt buffer(%rip)
	CONTAINED
