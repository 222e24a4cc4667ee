# Tries: Drops pages of the launcher's program, as the launcher does it after its start, without its secret.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $28, %eax
	movl $0x400000, %edi
	movl $0x1000, %esi
	movl $4, %edx
	movabsq $0x5eab7c01d35f9a26, %r8
	movabsq $0x63c4e8f7b1907d4e, %r9
	syscall
	SUCCEED
