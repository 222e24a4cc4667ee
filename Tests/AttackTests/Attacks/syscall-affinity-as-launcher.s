# Tries: Chooses the processor it runs on, as the launcher does, without its secret.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $203, %eax
	xorl %edi, %edi
	movl $8, %esi
	leaq args(%rip), %rdx
	xorl %r8d, %r8d
	xorl %r9d, %r9d
	syscall
	SUCCEED
