# Tries: Sets the trap flag, so that the host single-steps.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	pushq $0x302
	popfq
	nop
	CONTAINED
