# Tries: Asks for a function that does not exist.
# Validated: badTrap

	.include "attack.inc"
_start:
	TRAP 0x41414141
	SUCCEED
