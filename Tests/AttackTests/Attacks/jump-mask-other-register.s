# Tries: Masks one register and jumps by another.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $39, %eax
	leaq 1f+1(%rip), %rdx
	.bundle_lock
	andl $-32, %ecx
	addq %r15, %rcx
	jmp *%rdx
	.bundle_unlock
1:	movl $0x9090050f, %ecx
	SUCCEED
