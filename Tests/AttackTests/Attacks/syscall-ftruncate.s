# Tries: Cuts a file that it may only append to.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $4, %edi
	xorl %esi, %esi
	movl $77, %eax
	syscall
	SUCCEED
