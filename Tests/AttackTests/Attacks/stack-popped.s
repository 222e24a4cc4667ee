# Tries: Pops the stack pointer.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	pushq $0x400000
	popq %rsp
	pushq %rax
	SUCCEED
