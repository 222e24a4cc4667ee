# Tries: Reads the launcher's stack pointer out of its context.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movq %gs:8, %rax
	movq (%rax), %rax
	hlt
