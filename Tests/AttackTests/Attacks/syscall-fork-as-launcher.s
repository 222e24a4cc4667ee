# Tries: Forks with the very flags that the launcher uses; only its secret is missing.
# Validated: refused
# Unvalidated: killed

	.include "attack.inc"
_start:
	movl $56, %eax
	movl $0x8011, %edi
	xorl %esi, %esi
	xorl %edx, %edx
	xorl %r10d, %r10d
	xorl %r8d, %r8d
	xorl %r9d, %r9d
	syscall
	SUCCEED
