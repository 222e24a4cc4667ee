# Tries: Touches every page that it has: what it was granted, and no more.
# Validated: exited 0

	.include "attack.inc"
_start:
	HEAP r12d
	LOAD 0xfefffffc, %ecx
	.bundle_lock
	movl %ecx, %ecx
	movl 4(%r15,%rcx), %edx
	.bundle_unlock
	addl %r12d, %edx
1:	.bundle_lock
	movl %r12d, %r12d
	movl $1, 0(%r15,%r12)
	.bundle_unlock
	addl $4096, %r12d
	cmpl %edx, %r12d
	jb 1b
	CONTAINED
