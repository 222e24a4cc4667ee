# Tries: Jumps into the constant of a move, whose bytes are a system call.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $39, %eax
	jmp 1f+1
1:	movl $0x9090050f, %ecx
	SUCCEED
