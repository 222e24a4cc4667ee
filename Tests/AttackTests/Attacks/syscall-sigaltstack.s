# Tries: Moves the stack on which faults are handled into its own memory.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $131, %eax
	syscall
	SUCCEED
