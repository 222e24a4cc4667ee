# Tries: Jumps past the mask to the store.
# Validated: refused

	.include "attack.inc"
_start:
	jmp 1f
	.bundle_lock
	movl %ebx, %ebx
1:	movl %eax, (%r15,%rbx)
	.bundle_unlock
	SUCCEED
