# Tries: Reaches down from the stack pointer with displacement and index.
# Validated: contained

	.include "attack.inc"
_start:
	movl $0xffffffff, %ebx
	.bundle_lock
	movl %ebx, %ebx
	movl %eax, 0x7fffffff(%rsp,%rbx,8)
	.bundle_unlock
	SUCCEED
