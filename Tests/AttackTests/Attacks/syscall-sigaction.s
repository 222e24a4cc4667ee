# Tries: Takes the handling of its own faults.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $11, %edi
	leaq buffer(%rip), %rsi
	xorl %edx, %edx
	movl $8, %r10d
	movl $13, %eax
	syscall
	SUCCEED
