# Tries: Moves a register of 64 bits to rbp.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $0x400000, %eax
	movq %rax, %rbp
	movl %eax, (%rbp)
	SUCCEED
