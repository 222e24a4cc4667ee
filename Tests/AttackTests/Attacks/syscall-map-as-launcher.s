# Tries: Maps a channel's file where the launcher maps shared memory, as it does it, without its secret.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $9, %eax
	movabsq $0x5f0000, %rdi
	movl $786392, %esi
	movl $3, %edx
	movl $0x11, %r10d
	movl $7, %r8d
	xorl %r9d, %r9d
	syscall
	SUCCEED
