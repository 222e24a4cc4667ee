# Entry point of every guest: rsp is 16-byte aligned, the user manifest is where the contract says.
	.text
	.globl _start
	.type _start,@function
_start:
	call zrt_start
	hlt
	.size _start,.-_start
