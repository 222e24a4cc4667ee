# Tries: The plainest system call: asks for the process number.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $39, %eax
	syscall
	SUCCEED
