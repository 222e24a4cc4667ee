# Tries: Jumps to a trampoline slot that holds nothing.
# Validated: faulted

	.include "attack.inc"
_start:
	jmp trap+32
