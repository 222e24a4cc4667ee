# Tries: Branches on a condition into the middle of an instruction.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $39, %eax
	xorl %edx, %edx
	jz 1f+1
1:	movl $0x9090050f, %ecx
	SUCCEED
