# Tries: Reads the thread data of the host, where stack canaries are.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movq %fs:0x28, %rax
	hlt
