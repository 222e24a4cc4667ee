# Tries: Waits for whichever process of its parent's ends, to take its status away from the engine.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $61, %eax
	movl $-1, %edi
	xorl %esi, %esi
	movl $1, %edx
	xorl %r10d, %r10d
	syscall
	SUCCEED
