# Tries: Makes a channel non-blocking for everybody who shares it.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $4, %edi
	movl $4, %esi
	movl $2048, %edx
	movl $72, %eax
	syscall
	SUCCEED
