# Tries: Mounts a file system.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $165, %eax
	syscall
	SUCCEED
