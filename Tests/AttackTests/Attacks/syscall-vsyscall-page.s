# Tries: Calls into the vsyscall page, which the kernel emulates.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	movq $0xffffffffff600000, %rax
	call *%rax
	SUCCEED
