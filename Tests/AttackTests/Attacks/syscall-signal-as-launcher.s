# Tries: Sends the end by a process file, as a launcher for one session does, without its secret.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $424, %eax
	movl $3, %edi
	movl $9, %esi
	xorl %edx, %edx
	xorl %r10d, %r10d
	xorl %r8d, %r8d
	xorl %r9d, %r9d
	syscall
	SUCCEED
