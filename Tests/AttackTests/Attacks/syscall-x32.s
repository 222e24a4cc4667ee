# Tries: Uses the x32 numbers, which the same instruction takes.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $0x40000027, %eax
	syscall
	SUCCEED
