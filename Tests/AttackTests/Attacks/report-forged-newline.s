# Tries: Writes what looks like a report to its standard output: that is a channel, not the report.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP WRITE, 1, forged, 24, 0
	CONTAINED
	.data
forged:	.ascii "0\n0\n0\ndisabled\n0 0\nok\n   "
	.text
