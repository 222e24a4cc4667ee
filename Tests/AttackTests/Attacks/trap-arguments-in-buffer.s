# Tries: Reads over its own arguments: each was copied before.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 0, args, 64, 0
	cmpl $64, %eax
	jne failed
	CONTAINED
