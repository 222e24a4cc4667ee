# Tries: Uses the largest displacement and index from the top: it lands in the guard.
# Validated: faulted

	.include "attack.inc"
_start:
	movl $0xffffffff, %ebx
	.bundle_lock
	movl %ebx, %ebx
	movl %eax, 0x7fffffff(%r15,%rbx,8)
	.bundle_unlock
	SUCCEED
