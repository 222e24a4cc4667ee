# Tries: Makes a socket.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $2, %edi
	movl $1, %esi
	xorl %edx, %edx
	movl $41, %eax
	syscall
	SUCCEED
