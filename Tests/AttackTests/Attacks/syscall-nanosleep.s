# Tries: Sleeps, to make time visible.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	leaq buffer(%rip), %rdi
	xorl %esi, %esi
	movl $35, %eax
	syscall
	SUCCEED
