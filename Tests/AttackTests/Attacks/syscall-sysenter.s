# Tries: Enters the kernel by sysenter, which keeps no return address.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $20, %eax
	movl %esp, %ebp
	addq %r15, %rbp
	sysenter
	SUCCEED
