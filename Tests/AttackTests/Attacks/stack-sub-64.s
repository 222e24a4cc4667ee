# Tries: Subtracts from the stack pointer in 64 bits.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	subq $0x7fffffff, %rsp
	pushq %rax
	SUCCEED
