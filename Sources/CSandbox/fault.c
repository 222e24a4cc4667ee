/* Faults of guest code, and the pointer that leads a trap home. */
#define _GNU_SOURCE
#include "csandbox.h"
#include <asm/prctl.h>
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

struct csb_context csb_context;
static int has_session;
/* 0: SSE; 1: AVX too; 2: and AVX-512. Read by entry.S. */
uint8_t csb_vectors;

/* Runs on the alternate stack, in the sandbox process; touches only shared memory. Nothing of
 * guest memory is read. A fault in here is blocked, so the kernel ends the process. */
static void on_fault(int signal, siginfo_t *info, void *opaque)
{
	static const int order[CSB_REGISTERS] = {
		REG_RAX, REG_RBX, REG_RCX, REG_RDX, REG_RSI, REG_RDI, REG_RBP, REG_RSP, REG_R8,
		REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP, REG_EFL,
	};
	const ucontext_t *context = opaque;
	struct csb_shared *shared = csb_session();
	if (has_session && shared->state == CSB_RUNNING) {
		for (int i = 0; i < CSB_REGISTERS; i++)
			shared->registers[i] = context->uc_mcontext.gregs[order[i]];
		uint64_t rip = context->uc_mcontext.gregs[REG_RIP];
		/* The trap's first instruction reads the guest's stack: that is the guest's fault. */
		if (rip == (uint64_t)csb_trap_entry)
			rip = CSB_BASE + 0x10000;
		shared->instruction = rip;
		shared->signal = signal;
		shared->has_address = info->si_code > 0 && info->si_code != SI_KERNEL &&
				      (signal == SIGSEGV || signal == SIGBUS);
		shared->address = shared->has_address ? (uint64_t)info->si_addr : 0;
		__atomic_store_n(&shared->state, CSB_FAULTED, __ATOMIC_RELEASE);
	}
	syscall(SYS_exit_group, 0);
	__builtin_trap();
}

int csb_map_session(int fd)
{
	void *result = mmap((void *)CSB_SHARED, csb_shared_size(), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_FIXED, fd, 0);
	return result != MAP_FAILED ? 0 : -errno;
}

void csb_rehearse_trap(uint64_t stack, int32_t (*handler)(uint32_t))
{
	uint64_t serves = csb_context.handler;
	csb_context.handler = (uint64_t)handler;
	csb_enter(CSB_BASE + 0x10000, stack);
	csb_context.handler = serves;
}

void csb_own_session(void) { has_session = 1; }

int csb_prepare(int32_t (*handler)(uint32_t))
{
	/* on_fault does not return, so it may write over what calls lie there, if calls ever go so deep. */
	stack_t alternate = { 0 };
	alternate.ss_sp = csb_end_of_stack(&alternate.ss_size);
	if (sigaltstack(&alternate, 0))
		return -errno;
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	sigfillset(&action.sa_mask);
	static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP };
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (sigaction(signals[i], &action, 0))
			return -errno;
	signal(SIGPIPE, SIG_IGN);

	csb_vectors = __builtin_cpu_supports("avx512f") ? 2 : __builtin_cpu_supports("avx") ? 1 : 0;
	csb_context.trap_entry = (uint64_t)csb_trap_entry;
	csb_context.base = CSB_BASE;
	csb_context.handler = (uint64_t)handler;
	return syscall(SYS_arch_prctl, ARCH_SET_GS, &csb_context) ? -errno : 0;
}
