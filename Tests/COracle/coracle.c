/* See coracle.h. The child hashes all private memory that can be written, enters the guest, and at the
 * guest's end hashes it again; nothing between the two but the guest writes there. It may make one
 * system call then, `exit`, from one place: all others kill it. */
#define _GNU_SOURCE
#include "coracle.h"
#include "csandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

enum { STACK_BYTES = 1 << 20, PATTERN = 0xA7 };
static const uint64_t text_start = 0x20000, data_start = 0x30000, data_end = 0x130000;
static const uint64_t stack_start = 0x100000000 - 0x10000 - 0x100000, stack_end = 0x100000000 - 0x10000;

/* Shared with the child, so that the parent sees what became of it. */
struct shared {
	struct oracle_report report;
	struct range { uint64_t start, end, hash; } ranges[ORACLE_RANGES];
	uint32_t range_count;
	struct csb_context context;
	uint8_t maps[1 << 16];
	uint8_t signal_stack[1 << 16];
};
static struct shared *shared;
static int compares = 1;
static uint8_t *canaries[ORACLE_CANARIES];
/* The child's stack, between two canaries of half the size each. */
static uint8_t *stack;

/* The only system call that the filter lets pass. */
void oracle_exit(void);
extern char oracle_exit_return[];
__asm__(".text\n.globl oracle_exit\noracle_exit:\n"
	"  mov $60, %eax\n  xor %edi, %edi\n  syscall\n.globl oracle_exit_return\noracle_exit_return:\n  hlt\n");

static uint64_t hash_of(uint64_t start, uint64_t end)
{
	uint64_t lanes[4] = { 1, 2, 3, 4 };
	const uint64_t *words = (const uint64_t *)start;
	for (size_t i = 0, n = (end - start) / 8; i < n; i++) {
		uint64_t value = (lanes[i & 3] ^ words[i]) * 0x9E3779B97F4A7C15;
		lanes[i & 3] = value << 29 | value >> 35;
	}
	return (lanes[0] * 3 ^ lanes[1]) * 5 ^ lanes[2] * 7 ^ lanes[3];
}

/* After the guest: is all as it was? */
static void compare(void)
{
	struct oracle_report *report = &shared->report;
	for (uint32_t i = 0; i < shared->range_count && !report->changed_range; i++) {
		struct range *range = &shared->ranges[i];
		if (hash_of(range->start, range->end) != range->hash)
			report->changed_range = range->start;
	}
	report->changed_context = csb_context.trap_entry != shared->context.trap_entry ||
		csb_context.base != shared->context.base || csb_context.handler != shared->context.handler ||
		csb_context.leave != shared->context.leave;
}

static void on_stop(int signal, siginfo_t *info, void *opaque)
{
	static const int order[18] = {
		REG_RAX, REG_RBX, REG_RCX, REG_RDX, REG_RSI, REG_RDI, REG_RBP, REG_RSP, REG_R8,
		REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP, REG_EFL,
	};
	const ucontext_t *context = opaque;
	struct oracle_report *report = &shared->report;
	for (int i = 0; i < 18; i++)
		report->registers[i] = context->uc_mcontext.gregs[order[i]];
	report->signal = signal;
	report->code = info->si_code;
	report->has_address = info->si_code > 0 && info->si_code != SI_KERNEL &&
			      (signal == SIGSEGV || signal == SIGBUS);
	report->address = report->has_address ? (uint64_t)info->si_addr : 0;
	compare();
	report->state = ORACLE_STOPPED;
	oracle_exit();
}

static int32_t on_trap(uint32_t arguments)
{
	(void)arguments;
	shared->report.registers[7] = csb_context.guest_stack;
	compare();
	shared->report.state = ORACLE_TRAPPED;
	oracle_exit();
	return 0;
}

static void add_range(uint64_t start, uint64_t end)
{
	if (start >= end)
		return;
	if (shared->range_count == ORACLE_RANGES) {
		shared->report.state = ORACLE_BROKEN;
		shared->report.code = 9;
		oracle_exit();
	}
	shared->ranges[shared->range_count++] = (struct range){ start, end, 0 };
	shared->report.compared_bytes += (uint32_t)(end - start);
}

/* What /proc/self/maps has as private and writable outside the guest, but for csb_context. */
static int find_ranges(void)
{
	int file = open("/proc/self/maps", O_RDONLY);
	size_t count = 0;
	ssize_t got;
	while ((got = read(file, shared->maps + count, sizeof shared->maps - 1 - count)) > 0)
		count += got;
	close(file);
	if (file < 0 || got < 0 || count == 0 || count == sizeof shared->maps - 1)
		return -1;
	shared->maps[count] = 0;
	uint64_t hole = (uint64_t)&csb_context & ~7ULL, hole_end = hole + sizeof csb_context;
	for (char *line = (char *)shared->maps; *line; line++) {
		char *next;
		uint64_t start = strtoull(line, &next, 16), end = strtoull(next + 1, &next, 16);
		int is_private_data = next[1] == 'r' && next[2] == 'w' && next[4] == 'p';
		if (!(line = strchr(next, '\n')))
			return -1;
		if (!is_private_data || (end > CSB_BASE - CSB_GUARD && start < CSB_BASE + CSB_GUEST + CSB_GUARD))
			continue;
		/* csb_context may lie in two mappings, one behind the other. */
		if (hole < end && hole_end > start) {
			add_range(start, hole);
			add_range(hole_end, end);
		} else {
			add_range(start, end);
		}
	}
	return 0;
}

/* A system call that leaves no trace in memory, as the C library's would: errno, lazily bound calls. */
static long bare_call(long number, long a, long b, long c, long d)
{
	register long fourth __asm__("r10") = d;
	long result;
	__asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
			 : "rcx", "r11", "memory");
	return result;
}

static int install_filter(void)
{
	uint64_t place = (uint64_t)oracle_exit_return;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)place, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(place >> 32), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { sizeof code / sizeof *code, code };
	return bare_call(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (long)&program, 0);
}

static int fail(int step)
{
	shared->report.state = ORACLE_BROKEN;
	shared->report.code = step;
	_exit(0);
}

static int child(void *argument)
{
	int milliseconds = *(int *)argument;
	if (csb_prepare(on_trap))
		return fail(1);
	stack_t alternate = { .ss_sp = shared->signal_stack, .ss_size = sizeof shared->signal_stack };
	if (sigaltstack(&alternate, 0))
		return fail(2);
	struct sigaction action = { .sa_sigaction = on_stop, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	sigfillset(&action.sa_mask);
	static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGPROF };
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (sigaction(signals[i], &action, 0))
			return fail(3);
	sigset_t none;
	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, 0) || prctl(PR_SET_DUMPABLE, 0) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return fail(4);
	/* The kernel writes the number of the processor there whenever it is another. */
	if (__rseq_size && syscall(SYS_rseq, (char *)__builtin_thread_pointer() + __rseq_offset, 32,
				   1 /* unregister */, 0x53053053))
		return fail(7);
	if ((compares && find_ranges()) || close_range(0, ~0U, 0))
		return fail(5);
	shared->context = csb_context;
	for (uint32_t i = 0; i < shared->range_count; i++)
		shared->ranges[i].hash = hash_of(shared->ranges[i].start, shared->ranges[i].end);
	/* From here on nothing but the guest writes to private memory. */
	struct itimerval timer = { .it_value = { milliseconds / 1000, milliseconds % 1000 * 1000 } };
	if (bare_call(SYS_setitimer, ITIMER_PROF, (long)&timer, 0, 0) || install_filter())
		return fail(6);
	csb_enter(CSB_BASE + text_start, CSB_BASE + stack_end - 64);
	return 0;
}

static void *map_at(uint64_t start, size_t size, int protection, int flags)
{
	void *result = mmap((void *)start, size, protection, MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
	return result == MAP_FAILED ? 0 : result;
}

int oracle_prepare(void)
{
	if (!map_at(CSB_BASE - CSB_GUARD, CSB_GUARD + CSB_GUEST + CSB_GUARD, PROT_NONE,
		    MAP_PRIVATE | MAP_FIXED_NOREPLACE))
		return -errno;
	uint8_t *slots = (uint8_t *)(CSB_BASE + 0x10000);
	if (mprotect(slots, 4096, PROT_READ | PROT_WRITE))
		return -errno;
	static const uint8_t slot[] = { 0x65, 0xff, 0x24, 0x25, 0, 0, 0, 0 };
	memset(slots, 0xf4, 4096);
	memcpy(slots, slot, sizeof slot);
	if (mprotect(slots, 4096, PROT_READ | PROT_EXEC))
		return -errno;
	static const uint64_t places[ORACLE_CANARIES - 1] = {
		CSB_BASE - CSB_GUARD - ORACLE_CANARY_BYTES, CSB_BASE + CSB_GUEST + CSB_GUARD, CSB_SHARED,
	};
	for (int i = 0; i < ORACLE_CANARIES - 1; i++)
		if (!(canaries[i] = map_at(places[i], ORACLE_CANARY_BYTES, PROT_READ | PROT_WRITE,
					   MAP_SHARED | MAP_FIXED_NOREPLACE)))
			return -errno;
	if (!(stack = map_at(0, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED)))
		return -errno;
	canaries[ORACLE_CANARIES - 1] = stack + STACK_BYTES - ORACLE_CANARY_BYTES;
	shared = map_at(0, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED);
	return shared ? 0 : -errno;
}

int oracle_run(const uint8_t *text, size_t count, int sparse, int milliseconds,
	struct oracle_report *report)
{
	if (count == 0 || count > ORACLE_TEXT_BYTES)
		return -EINVAL;
	uint8_t *place = (uint8_t *)(CSB_BASE + text_start);
	size_t whole = (count + 4095) & ~(size_t)4095;
	uint64_t base = CSB_BASE;
	if (mprotect(place, ORACLE_TEXT_BYTES, PROT_READ | PROT_WRITE))
		return -errno;
	memset(place, 0xf4, ORACLE_TEXT_BYTES);
	memcpy(place, text, count);
	if (mprotect(place, ORACLE_TEXT_BYTES, PROT_NONE) || mprotect(place, whole, PROT_READ | PROT_EXEC) ||
	    mprotect((void *)(base + data_start), stack_end - data_start, sparse ? PROT_NONE : PROT_READ | PROT_WRITE) ||
	    mprotect((void *)(base + data_start), data_end - data_start, PROT_READ | PROT_WRITE) ||
	    mprotect((void *)(base + stack_start), stack_end - stack_start, PROT_READ | PROT_WRITE))
		return -errno;
	for (int i = 0; i < ORACLE_CANARIES && compares; i++)
		memset(canaries[i], PATTERN, ORACLE_CANARY_BYTES);
	memset(shared, 0, offsetof(struct shared, maps));
	/* Below what is on top of the stack, so that the canary lies where callers' frames would. */
	int process = clone(child, canaries[ORACLE_CANARIES - 1], SIGCHLD, &milliseconds);
	if (process < 0)
		return -errno;
	int status;
	while (waitpid(process, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	*report = shared->report;
	report->status = status;
	for (int i = 0; i < ORACLE_CANARIES && compares && !report->changed_canary; i++)
		for (int at = 0; at < ORACLE_CANARY_BYTES; at++)
			if (canaries[i][at] != PATTERN) {
				report->changed_canary = i + 1;
				break;
			}
	return 0;
}

void oracle_compares(int yes) { compares = yes; }
uint64_t oracle_canary(int number) { return (uint64_t)canaries[number] + ORACLE_CANARY_BYTES / 2; }
uint64_t oracle_context(void) { return (uint64_t)&csb_context; }

int oracle_is_entry(uint64_t address)
{
	/* entry.S has csb_enter, csb_scrub and csb_trap_entry one behind the other. */
	return (address >= (uint64_t)csb_enter && address < (uint64_t)csb_trap_entry + 256) ||
	       (address >= (uint64_t)on_trap && address < (uint64_t)on_trap + 256) ||
	       (address >= (uint64_t)compare && address < (uint64_t)compare + 512) ||
	       (address >= (uint64_t)hash_of && address < (uint64_t)hash_of + 512);
}
