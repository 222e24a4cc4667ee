# Tries: Overwrites, by the segment that leads there, the address to which the trap jumps.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $1f+1, %eax
	addq %r15, %rax
	movq %rax, %gs:0
	movl $39, %eax
	jmp trap
1:	movl $0x9090050f, %ecx
