# Tries: Writes packets of no bytes to the engine, each of which reads like the end of this process.
# Validated: refused
# Unvalidated: exited 0

	.include "attack.inc"
_start:
	movl $200, %ebx
1:	movl $1, %eax
	movl $3, %edi
	leaq args(%rip), %rsi
	xorl %edx, %edx
	syscall
	subl $1, %ebx
	jnz 1b
	CONTAINED
