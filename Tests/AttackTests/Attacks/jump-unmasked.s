# Tries: Jumps to any address at all, by a register.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $0x400000, %eax
	jmp *%rax
