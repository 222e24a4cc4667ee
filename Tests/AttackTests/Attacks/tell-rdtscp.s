# Tries: Reads the time stamp counter and the processor number.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	rdtscp
	CONTAINED
