# Tries: Runs an instruction that does not exist.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	ud2
