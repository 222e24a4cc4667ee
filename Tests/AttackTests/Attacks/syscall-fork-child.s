# Tries: Forks a child of its own, where the launcher forks children of the engine.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $56, %eax
	movl $17, %edi
	xorl %esi, %esi
	xorl %edx, %edx
	xorl %r10d, %r10d
	xorl %r8d, %r8d
	xorl %r9d, %r9d
	syscall
	SUCCEED
