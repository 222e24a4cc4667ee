# Tries: Says that a channel failed, in words that steer a terminal.
# Validated: refused
# Unvalidated: channelFailed

	.include "attack.inc"
_start:
	movabsq $0x5f0000, %rbx
	movl $1, 184(%rbx)
	movl $words_end-words, 252(%rbx)
	leaq words(%rip), %rsi
	leaq 256(%rbx), %rdi
	movl $words_end-words, %ecx
	rep movsb
	movl $5, (%rbx)
	movl $231, %eax
	xorl %edi, %edi
	syscall
	SUCCEED
	.data
words:	.ascii "disk full\033]0;owned\007\r\n\302\233" "31mzvm: all is well\177"
words_end:
	.text
