# Tries: Moves its stack into its data, as the rules allow: that is its own business.
# Validated: exited 0

	.include "attack.inc"
_start:
	.bundle_lock
	movl $buffer+32768, %esp
	addq %r15, %rsp
	.bundle_unlock
	pushq %rax
	CONTAINED
