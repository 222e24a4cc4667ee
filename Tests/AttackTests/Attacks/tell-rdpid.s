# Tries: Asks which processor it runs on.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	.byte 0xf3, 0x0f, 0xc7, 0xf8
	CONTAINED
