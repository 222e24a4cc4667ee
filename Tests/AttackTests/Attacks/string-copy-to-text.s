# Tries: Copies over its own text.
# Validated: faulted

	.include "attack.inc"
_start:
	movl $buffer, %esi
	movl $_start, %edi
	movl $64, %ecx
	.bundle_lock
	movl %esi, %esi
	leaq (%r15,%rsi), %rsi
	movl %edi, %edi
	leaq (%r15,%rdi), %rdi
	rep movsb
	.bundle_unlock
	SUCCEED
