# Tries: Makes the launcher's own code writable.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $0x400000, %edi
	movl $4096, %esi
	movl $3, %edx
	movl $10, %eax
	syscall
	SUCCEED
