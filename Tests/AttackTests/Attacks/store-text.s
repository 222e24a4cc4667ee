# Tries: Overwrites its own text, to put a system call there.
# Validated: faulted

	.include "attack.inc"
_start:
	movw $0x050f, 1f(%rip)
1:	nop
	nop
	SUCCEED
