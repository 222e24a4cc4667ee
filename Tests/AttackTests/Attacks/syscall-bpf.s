# Tries: Loads a program into the kernel.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $321, %eax
	syscall
	SUCCEED
