# Tries: Reaches 2 GiB away from its text: there is nothing but its own memory and the guard.
# Validated: contained

	.include "attack.inc"
_start:
	movl %eax, _start+0x7fff0000(%rip)
	hlt
