# Tries: Opens a file by the newest call for it.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $437, %eax
	syscall
	SUCCEED
