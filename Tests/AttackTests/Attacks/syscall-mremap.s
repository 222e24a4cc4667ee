# Tries: Moves its text to where it can write.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $25, %eax
	syscall
	SUCCEED
