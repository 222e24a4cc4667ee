# Tries: Stores into the launcher's own data, where its context lies.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $0x400000, %ebx
1:	movq $0, (%rbx)
	addq $4096, %rbx
	jmp 1b
