# Tries: Writes ebp and does not add the base.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $0x400000, %ebp
	nop
	movl %eax, (%rbp)
	SUCCEED
