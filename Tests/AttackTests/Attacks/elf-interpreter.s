# Tries: A program that asks for an interpreter.
# Validated: refused
# Unvalidated: refused
# Patch: 176 u32 3

	.include "attack.inc"
_start:
	CONTAINED
