# Tries: Makes its data executable.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	leaq buffer(%rip), %rdi
	movl $4096, %esi
	movl $7, %edx
	movl $10, %eax
	syscall
	SUCCEED
