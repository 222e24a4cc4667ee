# Tries: Returns from an interrupt that never was.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	pushq $0x2b
	pushq $0
	pushq $0x202
	pushq $0x23
	pushq $0
	iretq
