# Tries: Maps new executable memory: the filter answers that there is none.
# Validated: refused
# Unvalidated: exited 0

	.include "attack.inc"
_start:
	movl $9, %eax
	xorl %edi, %edi
	movl $4096, %esi
	movl $7, %edx
	movl $0x22, %r10d
	movq $-1, %r8
	xorl %r9d, %r9d
	syscall
	testq %rax, %rax
	jns failed
	CONTAINED
