/* Where `zvm` begins (Package.swift): before the C library is set up. */
#ifndef __x86_64__
#error "x86-64 only"
#endif
	.text

/* As the kernel calls it: arguments at rsp, which is aligned; rdx is for _start. */
	.globl cfirst_begin
	.type cfirst_begin,@function
	.p2align 4
cfirst_begin:
	.cfi_startproc
	.cfi_undefined %rip
	xor %ebp, %ebp
	mov %rsp, %rdi
	push %rdx
	sub $8, %rsp
	call cfirst_start
	add $8, %rsp
	pop %rdx
	jmp _start
	.cfi_endproc
	.size cfirst_begin,.-cfirst_begin

/* long cfirst_clone(long flags, void *stack_end, void (*body)(void)): body does not return; -errno. */
	.globl cfirst_clone
	.hidden cfirst_clone
	.type cfirst_clone,@function
	.p2align 4
cfirst_clone:
	.cfi_startproc
	mov %rdx, %r9
	xor %edx, %edx
	xor %r10d, %r10d
	xor %r8d, %r8d
	mov $56, %eax
	syscall
	test %rax, %rax
	jz 1f
	ret
1:	.cfi_undefined %rip
	xor %ebp, %ebp
	call *%r9
	ud2
	.cfi_endproc
	.size cfirst_clone,.-cfirst_clone

	.section .note.GNU-stack,"",@progbits
