# Tries: Loads by a vector of indices, which nothing masks.
# Validated: refused
# Unvalidated: contained

	.include "attack.inc"
_start:
	vpcmpeqd %ymm2, %ymm2, %ymm2
	vpgatherdd %ymm2, (%r15,%ymm1,8), %ymm0
	SUCCEED
