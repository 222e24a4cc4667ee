# Tries: Leaves the process group in which the engine kills whatever a launcher leaves behind.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $109, %eax
	xorl %edi, %edi
	xorl %esi, %esi
	syscall
	SUCCEED
