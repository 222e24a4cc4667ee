# Tries: Spins.
# Validated: timedOut

	.include "attack.inc"
_start:
1:	jmp 1b
