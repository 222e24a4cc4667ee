/* System calls that the filter allows to the launcher alone: see csandbox.h. */
#define _GNU_SOURCE
#include "csandbox.h"
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* vouched.S: arguments 4 and 5 are the secret; -errno. */
long csb_vouched(long number, long a, long b, long c, long d);
/* mmap of `fd`, shared, at a fixed place, the secret in the high halves of arguments 3 and 4. */
long csb_vouched_map(uint64_t place, size_t size, int fd);

static const uint64_t no_secret[2];
/* Points into a page that is empty in whatever is forked; read by vouched.S. */
const uint64_t *csb_secret = no_secret;

/* Empty in whatever is forked. The patched filter is never anywhere else. */
static struct {
	uint32_t secret[4096 / sizeof(uint32_t)];
	struct sock_filter code[4096];
} vouched __attribute__((aligned(4096), section(".bss.wiped.secret")));

static __attribute__((noinline)) int load(const void *instructions, uint16_t count)
{
	const uint64_t stands_for[2] = { CSB_SECRET_0, CSB_SECRET_1 };
	uint32_t *page = vouched.secret;
	struct sock_filter *code = vouched.code;
	if (count > sizeof vouched.code / sizeof *code)
		return -EINVAL;
	if (madvise(&vouched, sizeof vouched, MADV_WIPEONFORK))
		return -errno;
	if (getrandom(page, sizeof stands_for, 0) != sizeof stands_for)
		return -EIO;
	memcpy(code, instructions, count * sizeof *code);
	const uint32_t *words = (const uint32_t *)stands_for;
	unsigned found = 0;
	for (size_t i = 0; i < count; i++)
		for (size_t word = 0; word < 4; word++)
			if (BPF_CLASS(code[i].code) == BPF_JMP && code[i].k == words[word]) {
				code[i].k = page[word];
				found |= 1u << word;
				break;
			}
	if (found != 15)
		return -EINVAL;
	struct sock_fprog program = { count, code };
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		return -errno;
	explicit_bzero(code, count * sizeof *code);
	csb_secret = (const uint64_t *)page;
	return 0;
}

/* What the compiler put on the stack meanwhile must not be there when a sandbox is forked. */
static __attribute__((noinline)) void scrub_stack(void)
{
	char below[8192];
	explicit_bzero(below, sizeof below);
}

int csb_load_filter(const void *instructions, uint16_t count)
{
	int result = load(instructions, count);
	scrub_stack();
	return result;
}

/* Of what was forked last, where forks are watched: no number, which could be somebody else's later. */
static int watched = -1;
static int watches;

void csb_watch_forks(void) { watches = 1; }

int csb_fork(void)
{
	if (!watches)
		return csb_vouched(SYS_clone, CSB_FORK_FLAGS, 0, 0, 0);
	int file = -1;
	long process = csb_vouched(SYS_clone, CSB_FORK_FLAGS | CSB_FORK_WATCHED, 0, (long)&file, 0);
	if (process > 0)
		watched = file;
	return process;
}

void csb_end_watched(void)
{
	if (watched >= 0)
		csb_vouched(SYS_pidfd_send_signal, watched, SIGKILL, 0, 0);
}

/* Bits: the processors that this process may run on. */
static unsigned long processors[128];
static long processors_size;

void csb_keep_processors(void)
{
	processors_size = syscall(SYS_sched_getaffinity, 0, sizeof processors, processors);
}

/* Whether it is on one processor, and may be on no other. */
static int stay(int32_t *near)
{
	enum { WORD = 8 * sizeof *processors };
	unsigned here;
	if (*near >= 0)
		return 1;
	if (processors_size <= 0 || csb_vouched(SYS_getcpu, (long)&here, 0, 0, 0) ||
	    here >= 8 * processors_size)
		return 0;
	unsigned long only[sizeof processors / sizeof *processors];
	memset(only, 0, processors_size);
	only[here / WORD] = 1ul << here % WORD;
	if (csb_vouched(SYS_sched_setaffinity, 0, processors_size, (long)only, 0))
		return 0;
	*near = here;
	return 1;
}

static void leave(int32_t process)
{
	csb_vouched(SYS_sched_setaffinity, process, processors_size, (long)processors, 0);
}

int csb_fork_near(int32_t *near)
{
	int stays = stay(near);
	int process = csb_fork();
	/* Its number is nobody else's: the engine, which waits for it, has not heard of it, or, where it is used again, has
	 * from itself just now. */
	if (process > 0 && stays)
		leave(process);
	return process;
}

/* The engine reads it at the same time. */
static struct csb_fork_note *note;

int csb_keep_note(int fd)
{
	void *place = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (place == MAP_FAILED || madvise(place, 4096, MADV_DONTFORK))
		return -errno;
	note = place;
	return 0;
}

int csb_fork_noted(int32_t *near, uint64_t identifier)
{
	if (!note || watches)
		return -EINVAL;
	stay(near);
	__atomic_store_n(&note->process, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&note->identifier, identifier, __ATOMIC_RELEASE);
	long process = csb_vouched(SYS_clone, CSB_FORK_FLAGS | CSB_FORK_NOTED, 0, (long)&note->process, 0);
	/* That has its turn now, since it is waited for. */
	if (process > 0)
		csb_yield();
	return process;
}

void csb_leave_near(int32_t *near)
{
	if (*near >= 0)
		leave(0);
	*near = -1;
}

void csb_close(int fd) { csb_vouched(SYS_close, fd, 0, 0, 0); }

void csb_drop(void *start, size_t size)
{
	csb_vouched(SYS_madvise, (long)start, size, MADV_DONTNEED, 0);
}

int csb_map_next(int fd)
{
	long result = csb_vouched_map(CSB_SHARED, csb_shared_size(), fd);
	return result == (long)CSB_SHARED ? 0 : (int)result;
}

long csb_vouched_send(int socket, const struct msghdr *message, int flags)
{
	return csb_vouched(SYS_sendmsg, socket, (long)message, flags, 0);
}

long csb_vouched_receive(int socket, struct msghdr *message, int flags)
{
	return csb_vouched(SYS_recvmsg, socket, (long)message, flags, 0);
}
