# Tries: Writes to stderr without end: its limit ends that.
# Validated: contained

	.include "attack.inc"
_start:
1:	TRAP WRITE, 2, buffer, 65536, 0
	testl %eax, %eax
	jns 1b
	CONTAINED
