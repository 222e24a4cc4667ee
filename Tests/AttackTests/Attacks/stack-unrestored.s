# Tries: Writes esp and does not add the base.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $0x400000, %esp
	nop
	pushq %rax
	SUCCEED
