# Tries: Writes code to its stack and jumps there, masked.
# Validated: faulted

	.include "attack.inc"
_start:
	pushq $0x0f
	movl %esp, %eax
	MASKED_JUMP eax, rax
