# Tries: Calls the trap with its stack at the null page: the trap reads the return address there.
# Validated: faulted

	.include "attack.inc"
_start:
	.bundle_lock
	movl $8, %esp
	addq %r15, %rsp
	.bundle_unlock
	movl $args, %edi
	jmp trap
