# Tries: Loads a segment register.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	xorl %eax, %eax
	movw %ax, %gs
	jmp trap
