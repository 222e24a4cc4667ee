# Tries: Jails nothing.
# Validated: exited 0

	.include "attack.inc"
_start:
	HEAP r12d
	JAIL JAIL, r12, 0
	testl %eax, %eax
	jg failed
	CONTAINED
