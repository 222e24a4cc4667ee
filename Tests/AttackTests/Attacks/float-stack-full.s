# Tries: Fills the x87 stack and calls the trap.
# Validated: exited 0

	.include "attack.inc"
_start:
	.rept 8
	fld1
	.endr
	TRAP READ, 0, buffer, 64, 0
	cmpl $64, %eax
	jne failed
	CONTAINED
