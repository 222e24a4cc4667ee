/* The way into guest code and back (docs/SECURITY.md, "The trap"). Offsets: struct csb_context. */
#ifndef __x86_64__
#error "x86-64 only"
#endif
	.text

/* void csb_enter(uint64_t entry, uint64_t stack) */
	.globl csb_enter
	.type csb_enter,@function
	.p2align 5
csb_enter:
	.cfi_startproc
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	sub $8, %rsp
	stmxcsr %gs:40
	fnstcw %gs:48
	mov %rsp, %gs:8
	mov %rdi, %gs:72
	mov %gs:32, %r15
	/* Scrub on the host stack: a return address of ours must not land in guest memory. */
	mov %rsi, %rbx
	call csb_scrub
	mov %rbx, %rsp
	mov %rbx, %rbp
	xor %ebx, %ebx
	xor %r12d, %r12d
	xor %r13d, %r13d
	xor %r14d, %r14d
	/* All eight x87 registers are zero, then empty: an earlier session's are gone. */
	fninit
	.rept 8
	fldz
	.endr
	fninit
	/* Not the host's: its flags tell what host code computed. */
	ldmxcsr csb_mxcsr(%rip)
	xor %eax, %eax
	xor %r11d, %r11d
	jmp *%gs:72
	.cfi_endproc
	.size csb_enter,.-csb_enter

	/* Here, and not with other constants: this page is looked up anyway. */
	.p2align 2
csb_mxcsr:
	.long 0x1f80

/* Clears what a C function may have left behind in caller-saved registers; keeps rax and r11. */
	.type csb_scrub,@function
	.p2align 5
csb_scrub:
	cmpb $1, csb_vectors(%rip)
	jb 1f
	/* No flag changes. It does not reach the registers and masks that AVX-512 has added. */
	vzeroall
	je 2f
	.irp n,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	vpxord %zmm\n, %zmm\n, %zmm\n
	.endr
	.irp n,0,1,2,3,4,5,6,7
	kxorw %k\n, %k\n, %k\n
	.endr
	jmp 2f
1:	.irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	xorps %xmm\n, %xmm\n
	.endr
2:	xor %ecx, %ecx
	xor %edx, %edx
	xor %esi, %esi
	xor %edi, %edi
	xor %r8d, %r8d
	xor %r9d, %r9d
	xor %r10d, %r10d
	ret
	.size csb_scrub,.-csb_scrub

/* From `call 0x10000` in the guest by way of slot 0: edi = guest address of the arguments. */
	.globl csb_trap_entry
	.type csb_trap_entry,@function
	.p2align 5
csb_trap_entry:
	/* The only access to guest memory here; it may fault, and the fault handler knows it. */
	mov (%rsp), %eax
	mov %rax, %gs:24
	mov %rsp, %gs:16
	mov %gs:8, %rsp
	/* Clears the direction, alignment-check, trap and nested-task flags. */
	pushq $0x202
	popfq
	stmxcsr %gs:44
	ldmxcsr %gs:40
	fnstcw %gs:52
	fninit
	fldcw %gs:48
	call *%gs:56
	cmpq $0, %gs:64
	jne 3f
	/* csb_scrub is called on the host stack: nothing of ours lands in guest memory. */
	call csb_scrub
	mov %eax, %eax
	ldmxcsr %gs:44
	fldcw %gs:52
	mov %gs:16, %rsp
	lea 8(%rsp), %rsp
	mov %gs:24, %r11
	and $-32, %r11d
	add %gs:32, %r11
	cmp %eax, %eax
	jmp *%r11
3:	ldmxcsr %gs:40
	add $8, %rsp
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	ret
	.size csb_trap_entry,.-csb_trap_entry

	.section .note.GNU-stack,"",@progbits
