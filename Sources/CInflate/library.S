/* ISA-L as it is installed where this is built. */
	.section .inflate,"aw",@progbits
	.p2align 12
	.globl cinflate_file
	.type cinflate_file,@object
cinflate_file:
	.incbin "libisal.so"
	.globl cinflate_file_end
cinflate_file_end:
	/* In memory, what is written to lies further on than in the file. */
	.p2align 12
	.skip 0x40000
	.globl cinflate_end
cinflate_end:

	.section .note.GNU-stack,"",@progbits
