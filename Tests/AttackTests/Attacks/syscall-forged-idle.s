# Tries: Sends the packet that says "done, ready for another" while it goes on.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $1, %eax
	movl $3, %edi
	leaq packet(%rip), %rsi
	movl $20, %edx
	syscall
	CONTAINED
	.data
packet:	.long 0x316d767a, 7, 1, 0, 0
	.text
