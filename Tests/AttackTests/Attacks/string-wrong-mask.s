# Tries: Masks rsi and stores by rdi.
# Validated: refused

	.include "attack.inc"
_start:
	.bundle_lock
	movl %esi, %esi
	leaq (%r15,%rsi), %rsi
	stosb
	.bundle_unlock
	SUCCEED
