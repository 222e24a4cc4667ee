# Tries: Moves its stack into its text and pushes.
# Validated: faulted

	.include "attack.inc"
_start:
	.bundle_lock
	movl $_start+64, %esp
	addq %r15, %rsp
	.bundle_unlock
	pushq %rax
	SUCCEED
