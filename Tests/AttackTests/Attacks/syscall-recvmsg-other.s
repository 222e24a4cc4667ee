# Tries: Receives from a descriptor that is not the control socket.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $4, %edi
	leaq buffer(%rip), %rsi
	xorl %edx, %edx
	movl $47, %eax
	syscall
	SUCCEED
