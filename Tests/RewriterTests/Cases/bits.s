# The old bit ends in the carry flag, the new value in the target.
	btsl	%eax, %edx
	btrq	%rcx, %rdx
	btcl	%edx, %ecx
	btl	%edx, %ecx
	btsl	$3, %edx
