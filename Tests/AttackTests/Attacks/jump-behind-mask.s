# Tries: Jumps between mask and jump.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $39, %eax
	leaq 9f+1(%rip), %rcx
	jmp 1f
	.bundle_lock
	andl $-32, %ecx
	addq %r15, %rcx
1:	jmp *%rcx
	.bundle_unlock
9:	movl $0x9090050f, %edx
	SUCCEED
