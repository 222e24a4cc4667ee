# Tries: Hides a system call behind a REX prefix.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $39, %eax
	.byte 0x48, 0x0f, 0x05
	SUCCEED
