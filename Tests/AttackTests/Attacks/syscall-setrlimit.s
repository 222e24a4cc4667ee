# Tries: Raises its limits.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $160, %eax
	syscall
	SUCCEED
