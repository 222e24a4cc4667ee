# Tries: Returns, with a plain ret, to a system call inside a constant.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $39, %eax
	leaq 1f+1(%rip), %rdx
	pushq %rdx
	ret
1:	movl $0x9090050f, %ecx
	SUCCEED
