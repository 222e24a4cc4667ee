# Tries: Moves the file position that others share.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $4, %edi
	xorl %esi, %esi
	xorl %edx, %edx
	movl $8, %eax
	syscall
	SUCCEED
