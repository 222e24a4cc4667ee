# Tries: Uses maskmovdqu, which stores by rdi without naming it.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movl $0x400000, %edi
	pcmpeqd %xmm0, %xmm0
	maskmovdqu %xmm0, %xmm0
	SUCCEED
