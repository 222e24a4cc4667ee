# Tries: Uses loop, which has a short displacement of its own, to get into an instruction.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $39, %eax
	movl $2, %ecx
	loop 1f+1
1:	movl $0x9090050f, %edx
	SUCCEED
