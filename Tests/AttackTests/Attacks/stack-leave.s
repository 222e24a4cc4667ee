# Tries: Takes the stack pointer from rbp by leave.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $0x400000, %ebp
	leave
	SUCCEED
