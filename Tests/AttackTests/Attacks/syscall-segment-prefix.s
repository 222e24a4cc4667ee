# Tries: Hides a system call behind a segment prefix.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $39, %eax
	.byte 0x2e, 0x0f, 0x05
	SUCCEED
