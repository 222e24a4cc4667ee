# Tries: Passes arguments at an odd address.
# Validated: exited 0

	.include "attack.inc"
_start:
	movq $READ, args+1(%rip)
	movq $0, args+17(%rip)
	movq $buffer, args+25(%rip)
	movq $8, args+33(%rip)
	movq $0, args+41(%rip)
	TRAP_AT args+1
	cmpl $8, %eax
	jne failed
	CONTAINED
