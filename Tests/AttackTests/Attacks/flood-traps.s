# Tries: Calls the trap without end.
# Validated: timedOut

	.include "attack.inc"
_start:
1:	TRAP READ, 9, buffer, 1, 0
	jmp 1b
