# Tries: Unmaps the guard, to map something of its own there.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $11, %eax
	syscall
	SUCCEED
