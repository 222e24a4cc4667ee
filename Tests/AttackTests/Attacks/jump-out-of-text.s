# Tries: Jumps straight out of the text to an odd address.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	jmp _start+0x1001
