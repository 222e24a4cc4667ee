# Tries: Overwrites its read-only data.
# Validated: faulted

	.include "attack.inc"
_start:
	movl $0, constant(%rip)
	SUCCEED
