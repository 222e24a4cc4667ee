# Tries: Jumps straight into the middle of the trap slot.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	jmp trap+3
