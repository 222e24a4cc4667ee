# Tries: Has the kernel do system calls for it.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $425, %eax
	syscall
	SUCCEED
