# Tries: Calls the hypervisor.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	vmcall
	SUCCEED
