# Tries: Loads another filter, hoping that the last one counts.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $1, %edi
	movl $317, %eax
	syscall
	SUCCEED
