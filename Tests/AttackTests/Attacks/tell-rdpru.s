# Tries: Reads an actual count of cycles with rdpru, which AMD lets programs do.
# Validated: refused

	.include "attack.inc"
_start:
	movl $1, %ecx
	.byte 0x0f, 0x01, 0xfd
	SUCCEED
