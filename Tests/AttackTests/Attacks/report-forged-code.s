# Tries: Exits with a code of 64 bits: 32 of them count.
# Validated: exited 0

	.include "attack.inc"
_start:
	movabsq $0x100000000, %rax
	movq $EXIT, args(%rip)
	movq %rax, args+16(%rip)
	CALL_TRAP
	hlt
