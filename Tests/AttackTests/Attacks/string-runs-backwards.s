# Tries: Lets a masked rep stos run down, with the direction flag set.
# Validated: faulted

	.include "attack.inc"
_start:
	std
	movl $buffer, %edi
	movq $-1, %rcx
	.bundle_lock
	movl %edi, %edi
	leaq (%r15,%rdi), %rdi
	rep stosq
	.bundle_unlock
	SUCCEED
