# Tries: Switches to 32-bit mode by a far return.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	pushq $0x23
	leaq 1f(%rip), %rax
	movl %eax, %eax
	pushq %rax
	lretq
1:	int $0x80
