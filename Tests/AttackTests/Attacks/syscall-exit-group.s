# Tries: Ends without the exit trap, to leave a report that says nothing.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $231, %eax
	xorl %edi, %edi
	syscall
	SUCCEED
