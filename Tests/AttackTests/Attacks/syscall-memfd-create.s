# Tries: Makes a file that can be executed.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $319, %eax
	syscall
	SUCCEED
