# Tries: Stores by a register that was masked an instruction too early.
# Validated: refused

	.include "attack.inc"
_start:
	movl %ebx, %ebx
	nop
	movl %eax, (%r15,%rbx)
	SUCCEED
