/* Writes one byte to channel 1, reads channel 0 (null, or a pipe to wait on), exits with 0. */
	.bundle_align_mode 5
	.data
	.p2align 6
args:	.skip 64
byte:	.byte 1
	.bss
	.skip 4096
	.text
	.p2align 5
	.macro CALL_TRAP
	movl $args, %edi
	.bundle_lock align_to_end
	call trap
	.bundle_unlock
	.endm
	.globl _start
_start:
	movq $0x74697257, args(%rip)
	movq $1, args+16(%rip)
	movq $byte, args+24(%rip)
	movq $1, args+32(%rip)
	CALL_TRAP
	movq $0x64616552, args(%rip)
	movq $0, args+16(%rip)
	CALL_TRAP
	movq $0x74697845, args(%rip)
	movq $0, args+16(%rip)
	CALL_TRAP
	hlt
