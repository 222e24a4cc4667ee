# Tries: Recurses until its stack is used up.
# Validated: faulted

	.include "attack.inc"
_start:
	nop
1:	.bundle_lock align_to_end
	call 1b
	.bundle_unlock
