# Tries: Sends a packet with sendmsg, as the launcher does, without its secret.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $46, %eax
	movl $3, %edi
	leaq args(%rip), %rsi
	xorl %edx, %edx
	xorl %r8d, %r8d
	xorl %r9d, %r9d
	syscall
	SUCCEED
