# Tries: Sends a descriptor over the control socket.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $3, %edi
	leaq buffer(%rip), %rsi
	xorl %edx, %edx
	movl $46, %eax
	syscall
	SUCCEED
