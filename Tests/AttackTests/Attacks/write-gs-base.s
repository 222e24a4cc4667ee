# Tries: Moves the base of the segment by an instruction.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	leaq buffer(%rip), %rax
	wrgsbase %rax
	hlt
