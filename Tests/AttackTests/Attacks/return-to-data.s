# Tries: Calls the trap with a return address, on its stack, that points to data.
# Validated: faulted

	.include "attack.inc"
_start:
	SET 0, READ
	SET 16, 99
	movl $buffer, %eax
	pushq %rax
	movl $args, %edi
	jmp trap
