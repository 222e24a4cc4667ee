# Tries: Carries a system call in its data and jumps there.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $39, %eax
	leaq 1f(%rip), %rdx
	jmp *%rdx
	.data
1:	.byte 0x0f, 0x05
	.text
