# Tries: Sets the direction flag and calls the trap: host code must not copy backwards.
# Validated: exited 0

	.include "attack.inc"
_start:
	std
	TRAP READ, 0, buffer, 64, 0
	cmpl $64, %eax
	jne failed
	CONTAINED
