# Tries: Jumps into the displacement of an address, whose bytes are a system call.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $39, %eax
	jmp 1f+3
1:	leaq 0x1090050f(%rcx), %rcx
	SUCCEED
