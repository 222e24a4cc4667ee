# Tries: Stores right behind its heap.
# Validated: faulted

	.include "attack.inc"
_start:
	LOAD 0xfefffffc, %ecx
	.bundle_lock
	movl %ecx, %ecx
	movl 0(%r15,%rcx), %eax
	.bundle_unlock
	.bundle_lock
	movl %ecx, %ecx
	movl 4(%r15,%rcx), %edx
	.bundle_unlock
	addl %edx, %eax
	.bundle_lock
	movl %eax, %eax
	movl $1, 0(%r15,%rax)
	.bundle_unlock
	SUCCEED
