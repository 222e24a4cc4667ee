# Tries: Makes a user namespace in which it is root.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $0x10000000, %edi
	movl $272, %eax
	syscall
	SUCCEED
