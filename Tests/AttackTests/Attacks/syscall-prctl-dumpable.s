# Tries: Makes itself dumpable again, so that others may attach.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $4, %edi
	movl $1, %esi
	movl $157, %eax
	syscall
	SUCCEED
