# Tries: Forks without end.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
1:
	movl $57, %eax
	syscall
	SUCCEED
