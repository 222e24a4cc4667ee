# Tries: Writes counts into its shared memory of which no two can be added up.
# Validated: refused
# Unvalidated: exited 0

	.include "attack.inc"
_start:
	movabsq $0x5f0200, %rbx
	movabsq $0x7fffffffffffffff, %rax
	movl $6, %ecx
1:	movq %rax, (%rbx)
	movq %rax, 8(%rbx)
	movq %rax, 16(%rbx)
	movq %rax, 24(%rbx)
	addq $72, %rbx
	subl $1, %ecx
	jnz 1b
	CONTAINED
