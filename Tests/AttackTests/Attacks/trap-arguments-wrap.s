# Tries: Passes arguments that start 4 bytes before 4 GiB and would wrap around.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP_AT 0xfffffffc
	EXPECT_NEGATIVE
	CONTAINED
