# Tries: Reads a control register.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movq %cr0, %rax
	SUCCEED
