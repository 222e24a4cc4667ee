# Tries: Asks for read with bits above 32 set: 64 bits are compared.
# Validated: badTrap

	.include "attack.inc"
_start:
	movabsq $0x164616552, %rax
	movq %rax, args(%rip)
	CALL_TRAP
	SUCCEED
