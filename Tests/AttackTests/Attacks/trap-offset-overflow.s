# Tries: Reads at an offset whose end no 64 bits can hold.
# Validated: exited 0

	.include "attack.inc"
_start:
	TRAP READ, 5, buffer, 16, 0x7fffffffffffffff
	testl %eax, %eax
	jg failed
	CONTAINED
