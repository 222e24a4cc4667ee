# Tries: Opens a file of the host.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	leaq path(%rip), %rdi
	xorl %esi, %esi
	movl $2, %eax
	syscall
	SUCCEED
