# Tries: Pushes below the stack, through the user manifest.
# Validated: faulted

	.include "attack.inc"
_start:
1:	pushq %rax
	jmp 1b
