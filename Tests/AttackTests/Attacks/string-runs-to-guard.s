# Tries: Lets a masked rep stos run on: it ends at the first page that is not its own.
# Validated: faulted

	.include "attack.inc"
_start:
	movl $buffer, %edi
	movq $-1, %rcx
	.bundle_lock
	movl %edi, %edi
	leaq (%r15,%rdi), %rdi
	rep stosq
	.bundle_unlock
	SUCCEED
