# Tries: Sleeps for a number of cycles with monitorx and mwaitx, which AMD lets programs do.
# Validated: refused

	.include "attack.inc"
_start:
	leaq buffer(%rip), %rax
	xorl %ecx, %ecx
	xorl %edx, %edx
	.byte 0x0f, 0x01, 0xfa
	xorl %eax, %eax
	movl $2, %ecx
	movl $100000, %ebx
	.byte 0x0f, 0x01, 0xfb
	SUCCEED
