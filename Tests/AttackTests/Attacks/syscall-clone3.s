# Tries: Makes a thread, by the newest call for it.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $435, %eax
	syscall
	SUCCEED
