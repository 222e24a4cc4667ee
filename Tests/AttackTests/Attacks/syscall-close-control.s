# Tries: Closes its socket to the engine, which takes that for its end, and goes on.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $436, %eax
	movl $3, %edi
	movl $3, %esi
	xorl %edx, %edx
	syscall
	SUCCEED
