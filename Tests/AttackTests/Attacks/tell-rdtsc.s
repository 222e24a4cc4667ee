# Tries: Reads the time stamp counter.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	rdtsc
	CONTAINED
