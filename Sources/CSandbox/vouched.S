/* System calls with the secret in argument registers that they do not use. It is in no other register,
 * in no memory but its page, and gone before anything else runs, in a forked child too. */
#ifndef __x86_64__
#error "x86-64 only"
#endif
	.text

/* long csb_vouched(long number, long a, long b, long c, long d) */
	.globl csb_vouched
	.type csb_vouched,@function
	.p2align 5
csb_vouched:
	.cfi_startproc
	mov %rdi, %rax
	mov %rsi, %rdi
	mov %rdx, %rsi
	mov %rcx, %rdx
	mov %r8, %r10
	mov csb_secret(%rip), %r11
	mov (%r11), %r8
	mov 8(%r11), %r9
	syscall
	xor %r8d, %r8d
	xor %r9d, %r9d
	ret
	.cfi_endproc
	.size csb_vouched,.-csb_vouched

/* long csb_vouched_map(uint64_t place, size_t size, int fd) */
	.globl csb_vouched_map
	.type csb_vouched_map,@function
	.p2align 5
csb_vouched_map:
	.cfi_startproc
	mov csb_secret(%rip), %r11
	movl 4(%r11), %r10d
	movl 12(%r11), %r8d
	shl $32, %r10
	shl $32, %r8
	or $0x11, %r10		/* MAP_SHARED | MAP_FIXED */
	mov %edx, %edx
	or %rdx, %r8
	mov $3, %edx		/* PROT_READ | PROT_WRITE */
	xor %r9d, %r9d
	mov $9, %eax		/* mmap */
	syscall
	xor %r8d, %r8d
	xor %r10d, %r10d
	ret
	.cfi_endproc
	.size csb_vouched_map,.-csb_vouched_map

	.section .note.GNU-stack,"",@progbits
