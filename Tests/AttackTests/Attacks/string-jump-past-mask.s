# Tries: Jumps past the masks to the string instruction.
# Validated: refused

	.include "attack.inc"
_start:
	jmp 1f
	.bundle_lock
	movl %edi, %edi
	leaq (%r15,%rdi), %rdi
1:	stosb
	.bundle_unlock
	SUCCEED
