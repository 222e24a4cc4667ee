# Tries: Writes 64 KiB at a time, more than its output may hold.
# Validated: contained

	.include "attack.inc"
_start:
1:	TRAP WRITE, 1, buffer, 65536, 0
	testl %eax, %eax
	jns 1b
	CONTAINED
