# Tries: Jails good code and then writes over it: it must be read-only by then.
# Validated: contained

	.include "attack.inc"
_start:
	HEAP r12d
	FILL r12, 0xf4f4f4f4
	JAIL JAIL, r12, 0x10000
	testl %eax, %eax
	js 1f
	.bundle_lock
	movl %r12d, %r12d
	movl $0x050f050f, 0(%r15,%r12)
	.bundle_unlock
	SUCCEED
1:	CONTAINED
