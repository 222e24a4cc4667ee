# Tries: Restores a processor state of its own making.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $15, %eax
	syscall
	SUCCEED
