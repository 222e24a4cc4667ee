# Tries: Forks by the trap, again and again, in a session that is no template.
# Validated: contained

	.include "attack.inc"
_start:
	movl $1000, %r12d
1:	TRAP FORK
	testl %eax, %eax
	jns failed
	decl %r12d
	jnz 1b
	CONTAINED
