# Tries: Ends its thread, not its process.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $60, %eax
	syscall
	SUCCEED
