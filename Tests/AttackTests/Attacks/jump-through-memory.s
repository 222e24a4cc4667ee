# Tries: Jumps to an address that stands in memory.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $39, %eax
	leaq 1f+1(%rip), %rdx
	movq %rdx, args(%rip)
	jmp *args(%rip)
1:	movl $0x9090050f, %ecx
	SUCCEED
