# Tries: Passes arguments whose end lies behind the stack.
# Validated: exited 0

	.include "attack.inc"
_start:
	movl $0xfffefff0, %ebx
	.bundle_lock
	movl %ebx, %ebx
	movq $READ, 0(%r15,%rbx)
	.bundle_unlock
	TRAP_AT 0xfffefff0
	testl %eax, %eax
	jns failed
	CONTAINED
