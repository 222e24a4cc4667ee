# Tries: Prefetches host addresses to time them: harmless, and there is no clock.
# Validated: contained

	.include "attack.inc"
_start:
	movl $0x400000, %ebx
	prefetcht0 (%rbx)
	CONTAINED
