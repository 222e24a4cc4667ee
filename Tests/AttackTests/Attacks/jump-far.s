# Tries: Jumps to another code segment: 32-bit code obeys none of the rules.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	.byte 0x48, 0xff, 0x2d
	.long args-.-4
	SUCCEED
