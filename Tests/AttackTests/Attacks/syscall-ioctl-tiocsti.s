# Tries: Types into the terminal that started it.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	xorl %edi, %edi
	movl $0x5412, %esi
	leaq buffer(%rip), %rdx
	movl $16, %eax
	syscall
	SUCCEED
