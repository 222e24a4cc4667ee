# Tries: Jails good code, unjails it, changes it and jumps there: it must not run.
# Validated: contained

	.include "attack.inc"
_start:
	HEAP r12d
	FILL r12, 0xf4f4f4f4
	JAIL JAIL, r12, 0x10000
	JAIL UNJAIL, r12, 0x10000
	movl %r12d, %ecx
	MASKED_JUMP ecx, rcx
