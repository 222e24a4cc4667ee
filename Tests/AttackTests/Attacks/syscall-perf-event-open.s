# Tries: Opens counters that tell time and the neighbours.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $298, %eax
	syscall
	SUCCEED
