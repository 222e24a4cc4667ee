# Tries: Floods the control socket with packets of its own making.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $1000, %r13d
1:	movl $1, %eax
	movl $3, %edi
	leaq buffer(%rip), %rsi
	movl $64, %edx
	syscall
	decl %r13d
	jnz 1b
	CONTAINED
