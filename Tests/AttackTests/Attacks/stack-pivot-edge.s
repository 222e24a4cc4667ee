# Tries: Calls the trap with the stack pointer at the very end of memory.
# Validated: faulted

	.include "attack.inc"
_start:
	.bundle_lock
	movl $0xfffffffc, %esp
	addq %r15, %rsp
	.bundle_unlock
	movl $args, %edi
	jmp trap
