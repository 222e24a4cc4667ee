# Tries: Gives the trap a return address with the upper half set.
# Validated: faulted

	.include "attack.inc"
_start:
	SET 0, READ
	SET 16, 99
	movabsq $0x7fff00000000, %rax
	movl $1f, %ecx
	orq %rcx, %rax
	pushq %rax
	movl $args, %edi
	jmp trap
	.p2align 5
1:	hlt
	SUCCEED
