# Tries: Fills the socket to the engine, so that nobody can be told how this process ends.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
1:	movl $1, %eax
	movl $3, %edi
	leaq args(%rip), %rsi
	movl $64, %edx
	syscall
	jmp 1b
