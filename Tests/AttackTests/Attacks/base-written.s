# Tries: Moves the base register.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $0x400000, %eax
	movq %rax, %r15
	movl $1, 0(%r15)
	SUCCEED
