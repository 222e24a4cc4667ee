# Tries: Writes to an I/O port.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	outb %al, %dx
	SUCCEED
