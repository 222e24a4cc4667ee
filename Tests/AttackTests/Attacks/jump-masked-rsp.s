# Tries: Jumps by the stack pointer.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	.bundle_lock
	andl $-32, %esp
	addq %r15, %rsp
	jmp *%rsp
	.bundle_unlock
