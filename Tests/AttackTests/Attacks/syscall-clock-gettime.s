# Tries: Asks for the time.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	xorl %edi, %edi
	leaq buffer(%rip), %rsi
	movl $228, %eax
	syscall
	SUCCEED
