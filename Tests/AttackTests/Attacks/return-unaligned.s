# Tries: Gives the trap a return address inside a bundle: it is masked.
# Validated: faulted

	.include "attack.inc"
_start:
	SET 0, READ
	SET 16, 99
	movl $1f+1, %eax
	pushq %rax
	movl $args, %edi
	jmp trap
	.p2align 5
1:	hlt
	SUCCEED
