/* What cpuid says in a guest, the same on every machine (Rewriter+Instruction.swift calls this in its place):
 * leaf 0 that 1 is the last leaf, leaf 1 the instructions of x86-64-v2, but without rdtsc, fxsave and
 * cmpxchg16b; leaf 0x80000001 long mode and lahf. Everything else is 0. Like cpuid it changes eax,
 * ebx, ecx and edx alone, unlike it the flags. */
__asm__(
	".text\n"
	".globl __zvm_cpuid\n"
	".type __zvm_cpuid, @function\n"
	"__zvm_cpuid:\n"
	"	xorl %ebx, %ebx\n"
	"	xorl %ecx, %ecx\n"
	"	xorl %edx, %edx\n"
	"	cmpl $0, %eax\n"
	"	je .Lzvm_cpuid_name\n"
	"	cmpl $1, %eax\n"
	"	je .Lzvm_cpuid_features\n"
	"	cmpl $0x80000000, %eax\n"
	"	je .Lzvm_cpuid_extended\n"
	"	cmpl $0x80000001, %eax\n"
	"	movl $0, %eax\n"
	"	jne .Lzvm_cpuid_end\n"
	"	movl $0x1, %ecx\n"
	"	movl $0x20000000, %edx\n"
	"	jmp .Lzvm_cpuid_end\n"
	".Lzvm_cpuid_name:\n"
	"	movl $1, %eax\n"
	"	movl $0x204d565a, %ebx\n" /* "ZVM sandbox " */
	"	movl $0x646e6173, %edx\n"
	"	movl $0x20786f62, %ecx\n"
	"	jmp .Lzvm_cpuid_end\n"
	".Lzvm_cpuid_features:\n"
	"	movl $0x600, %eax\n"
	"	movl $0x00980201, %ecx\n" /* sse3, ssse3, sse4.1, sse4.2, popcnt */
	"	movl $0x06808101, %edx\n" /* fpu, cx8, cmov, mmx, sse, sse2 */
	"	jmp .Lzvm_cpuid_end\n"
	".Lzvm_cpuid_extended:\n"
	"	movl $0x80000001, %eax\n"
	".Lzvm_cpuid_end:\n"
	"	ret\n"
	".size __zvm_cpuid, .-__zvm_cpuid\n");
