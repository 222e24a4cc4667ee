# Tries: Jails code that jumps into the middle of its own instruction.
# Validated: exited 0

	.include "attack.inc"
_start:
	HEAP r12d
	FILL r12, 0xf4f4f4f4
	movabsq $0x90050fb801eb9090, %rax
	.bundle_lock
	movl %r12d, %r12d
	movq %rax, 0(%r15,%r12)
	.bundle_unlock
	JAIL JAIL, r12, 0x10000
	EXPECT_NEGATIVE
	CONTAINED
