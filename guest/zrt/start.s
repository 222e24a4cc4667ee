# Entry point of every guest: rsp is 16-byte aligned, the user manifest is where the contract says.
	.text
	.globl _start
	.type _start,@function
_start:
	xorl %eax,%eax	# an entry point must be a multiple of 32: a call would be padded to the end of its bundle
	call zrt_start
	hlt
	.size _start,.-_start
