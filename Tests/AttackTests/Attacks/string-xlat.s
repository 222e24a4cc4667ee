# Tries: Uses xlat, which loads by rbx without naming it.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $0x400000, %ebx
	xlatb
	CONTAINED
