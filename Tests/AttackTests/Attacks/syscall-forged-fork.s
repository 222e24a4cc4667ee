# Tries: Tells the engine in the launcher's words that it is process 1, for each number it may have, so that the engine kills and waits for that one.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $1, %eax
	movl $3, %edi
	leaq packet(%rip), %rsi
	movl $28, %edx
	syscall
	incl number(%rip)
	cmpl $64, number(%rip)
	jb _start
	CONTAINED
	.data
packet:	.long 0x316d767a, 9
number:	.long 1, 0, 0
	.long 1, 0
	.text
