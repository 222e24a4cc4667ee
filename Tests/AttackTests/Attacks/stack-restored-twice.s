# Tries: Adds the base a second time.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	addq %r15, %rsp
	pushq %rax
	SUCCEED
