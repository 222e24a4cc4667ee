# Tries: Uses jrcxz to get into an instruction.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $39, %eax
	xorl %ecx, %ecx
	jrcxz 1f+1
1:	movl $0x9090050f, %edx
	SUCCEED
