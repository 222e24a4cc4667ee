# Tries: Puts a channel in the place of the control socket.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $4, %edi
	movl $3, %esi
	movl $33, %eax
	syscall
	SUCCEED
