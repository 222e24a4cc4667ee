# Tries: Moves the register that leads to the launcher's data.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $0x1001, %edi
	leaq buffer(%rip), %rsi
	movl $158, %eax
	syscall
	SUCCEED
