# Tries: Uses a number above 32 bits, which a filter that compares 32 could take for read.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movabsq $0x100000027, %rax
	syscall
	SUCCEED
