# Tries: Becomes another program.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	leaq path(%rip), %rdi
	xorl %esi, %esi
	xorl %edx, %edx
	movl $59, %eax
	syscall
	SUCCEED
