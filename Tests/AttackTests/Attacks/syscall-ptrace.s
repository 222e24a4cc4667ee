# Tries: Attaches to another process with ptrace.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $16, %edi
	movl $101, %eax
	syscall
	SUCCEED
