# Tries: Enters the kernel by the 32-bit gate, whose numbers a filter for 64 bits does not know.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $20, %eax
	int $0x80
	SUCCEED
