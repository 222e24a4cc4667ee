# Tries: Reads another process's memory.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $310, %eax
	syscall
	SUCCEED
