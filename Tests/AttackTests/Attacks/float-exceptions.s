# Tries: Unmasks every floating-point exception and calls the trap: host code must not trap.
# Validated: exited 0

	.include "attack.inc"
_start:
	movl $0, buffer(%rip)
	ldmxcsr buffer(%rip)
	fldcw buffer(%rip)
	TRAP READ, 0, buffer, 64, 0
	cmpl $64, %eax
	jne failed
	CONTAINED
