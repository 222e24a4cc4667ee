# Tries: Jails good code and then has a trap write over it.
# Validated: exited 0

	.include "attack.inc"
_start:
	HEAP r12d
	FILL r12, 0xf4f4f4f4
	JAIL JAIL, r12, 0x10000
	testl %eax, %eax
	js 1f
	movq $READ, args(%rip)
	movq $0, args+16(%rip)
	movq %r12, args+24(%rip)
	movq $16, args+32(%rip)
	movq $0, args+40(%rip)
	CALL_TRAP
	EXPECT_NEGATIVE
1:	CONTAINED
