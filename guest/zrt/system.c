/* What there is to say about the machine and the process: the same on every machine. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include "node.h"
#include "trap.h"

zrt_long zrt_uname(struct utsname *name)
{
	memset(name, 0, sizeof *name);
	strcpy(name->sysname, "ZVM");
	strcpy(name->nodename, "sandbox");
	strcpy(name->release, "1");
	strcpy(name->version, "1");
	strcpy(name->machine, "x86_64");
	return 0;
}

/* Limits can be lowered in name only. */
zrt_long zrt_limit(int resource, const uint64_t *new, uint64_t *old)
{
	static uint64_t limits[16][2];
	static int ready;
	if (resource < 0 || resource >= 16)
		return -EINVAL;
	if (!ready) {
		memset(limits, 0xff, sizeof limits);
		limits[RLIMIT_NOFILE][0] = limits[RLIMIT_NOFILE][1] = ZRT_MAX_FDS;
		limits[RLIMIT_STACK][0] = limits[RLIMIT_STACK][1] = ZVM_MANIFEST->stack_size;
		limits[RLIMIT_CORE][0] = limits[RLIMIT_CORE][1] = 0;
		limits[RLIMIT_NPROC][0] = limits[RLIMIT_NPROC][1] = 1;
		ready = 1;
	}
	if (old)
		memcpy(old, limits[resource], sizeof limits[resource]);
	if (!new)
		return 0;
	if (new[0] > new[1])
		return -EINVAL;
	if (new[1] > limits[resource][1])
		return -EPERM;
	memcpy(limits[resource], new, sizeof limits[resource]);
	return 0;
}

/* The kernel's sysinfo as the C library's x32 port reads it: 64-bit fields. */
zrt_long zrt_sysinfo(void *information)
{
	struct {
		uint64_t uptime, loads[3], totalram, freeram, sharedram, bufferram, totalswap, freeswap;
		uint16_t processes, pad;
		uint64_t totalhigh, freehigh;
		uint32_t unit;
	} *out = information;
	memset(out, 0, sizeof *out);
	zrt_memory_totals(&out->totalram, &out->freeram);
	out->totalram *= ZRT_PAGE;
	out->freeram *= ZRT_PAGE;
	out->processes = 1;
	out->unit = 1;
	return 0;
}

/* All time that has gone by is the program's own. */
zrt_long zrt_usage(void *usage, uint32_t size)
{
	long rest;
	memset(usage, 0, size);
	int64_t *fields = usage;
	zrt_clock_look();
	fields[0] = zrt_seconds(zrt_clock_elapsed(), &rest);
	fields[1] = rest / 1000;
	return 0;
}

/* In hundredths of seconds, as long long: user, system, and those of children. */
zrt_long zrt_times(void *times)
{
	zrt_clock_look();
	int64_t ticks = zrt_clock_elapsed() / 10000000;
	if (times) {
		memset(times, 0, 4 * sizeof ticks);
		memcpy(times, &ticks, sizeof ticks);
	}
	return ticks;
}

zrt_long zrt_ioctl(int fd, uint32_t request, void *argument)
{
	struct zrt_open_file *file = zrt_file(fd);
	if (!file)
		return -EBADF;
	switch (request) {
	case FIONREAD:
		if (file->node->kind != ZRT_FIFO && file->node->kind != ZRT_REGULAR)
			return -ENOTTY;
		*(int *)argument = zrt_size(file->node) -
			(file->node->kind == ZRT_REGULAR ? file->position : 0);
		return 0;
	case FIONBIO: return zrt_fcntl(fd, F_SETFL, *(int *)argument ? file->flags | O_NONBLOCK
			: file->flags & ~O_NONBLOCK);
	case FIOCLEX: return zrt_fcntl(fd, F_SETFD, FD_CLOEXEC);
	case FIONCLEX: return zrt_fcntl(fd, F_SETFD, 0);
	}
	return -ENOTTY; /* nothing here is a terminal */
}

/* How nice the program is, which changes nothing. As with Linux it may only become nicer. */
static int niceness;

static zrt_long is_self(int which, int who)
{
	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	return !who || who == (int)(which == PRIO_USER ? zrt_user : ZRT_PROCESS) ? 0 : -ESRCH;
}

zrt_long zrt_priority(int which, int who)
{
	zrt_long error = is_self(which, who);
	return error ? error : 20 - niceness;
}

zrt_long zrt_set_priority(int which, int who, int wanted)
{
	zrt_long error = is_self(which, who);
	if (error)
		return error;
	wanted = wanted > 19 ? 19 : wanted < -20 ? -20 : wanted;
	if (wanted < niceness)
		return -EACCES;
	niceness = wanted;
	return 0;
}

/* dlopen fails in the C library; names of the program itself cannot be found either. */
void *dlsym(void *restrict handle, const char *restrict name)
{
	(void)handle, (void)name;
	return 0;
}

uint32_t zrt_user = 1000, zrt_group = 1000;

/* Only the superuser may become another, and is then no longer one. */
zrt_long zrt_become(uint32_t *identity, uint32_t wanted)
{
	if (wanted != *identity && zrt_user)
		return -EPERM;
	*identity = wanted;
	return 0;
}
