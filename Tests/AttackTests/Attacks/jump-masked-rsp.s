# Tries: Jumps, masked, by the stack pointer: Native Client takes it, and it leads nowhere but into the 4 GiB.
# Validated: contained

	.include "attack.inc"
_start:
	.bundle_lock
	andl $-32, %esp
	addq %r15, %rsp
	jmp *%rsp
	.bundle_unlock
