# Tries: Kills every process that it may.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movq $-1, %rdi
	movl $9, %esi
	movl $62, %eax
	syscall
	SUCCEED
