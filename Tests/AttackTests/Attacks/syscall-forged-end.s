# Tries: Tells the engine in the launcher's words that this process has ended, for each number it may have.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $1, %eax
	movl $3, %edi
	leaq packet(%rip), %rsi
	movl $52, %edx
	syscall
	incl number(%rip)
	cmpl $64, number(%rip)
	jb _start
	CONTAINED
	.data
packet:	.long 0x316d767a, 7
number:	.long 1, 0, 0
	.long 1, 0, 0, 0, 0, 0, 0, 0
	.text
