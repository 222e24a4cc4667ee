# Tries: Stores by a register that nothing bounds.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $0x400000, %ebx
	movl %eax, (%rbx)
	SUCCEED
