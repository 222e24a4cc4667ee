# Tries: Takes the handling of page faults.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $323, %eax
	syscall
	SUCCEED
