# Tries: Runs an instruction that does not exist.
# Validated: contained

	.include "attack.inc"
_start:
	ud2
