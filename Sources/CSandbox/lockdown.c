/* One function per mechanism of wall two. */
#define _GNU_SOURCE
#include "csandbox.h"
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int csb_fork_sibling(void)
{
	long pid = syscall(SYS_clone, CSB_FORK_FLAGS, 0, 0, 0, 0);
	return pid < 0 ? -errno : (int)pid;
}

int csb_prctl(int option, unsigned long a, unsigned long b)
{
	int result = prctl(option, a, b, 0, 0);
	return result < 0 ? -errno : result;
}

int csb_close_range(unsigned first, unsigned last)
{
	return syscall(SYS_close_range, first, last, 0) ? -errno : 0;
}

int csb_unshare(int flags)
{
	return unshare(flags) ? -errno : 0;
}

int csb_empty_root(void)
{
	/* Where it is mounted does not matter, and it is gone with the old root. */
	static const char *const places[] = { "/tmp", "/proc", "/dev", "/sys" };
	const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
	if (mount(0, "/", 0, MS_REC | MS_PRIVATE, 0))
		return -errno;
	int error = ENOENT;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		if (mount("none", places[i], "tmpfs", flags, "size=4k,nr_inodes=2,mode=0555")) {
			error = errno;
			continue;
		}
		if (chdir(places[i]) || syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) ||
		    chdir("/") || mount(0, "/", 0, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, 0))
			return -errno;
		return 0;
	}
	return -error;
}

int csb_become(uint32_t id)
{
	if (setgroups(0, 0) || setresgid(id, id, id) || setresuid(id, id, id))
		return -errno;
	/* A change of user may have switched it on. */
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) ? -errno : 0;
}

int csb_drop_capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[2] = { { 0, 0, 0 }, { 0, 0, 0 } };
	/* The bounding set first: dropping from it needs a capability. */
	for (int capability = 0; capability < 64; capability++)
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) && errno == EINVAL)
			break; /* This kernel has no more. */
	return syscall(SYS_capset, &header, none) ? -errno : 0;
}

int csb_landlock(void)
{
	/* Every right of the first ABI is handled and none is granted. */
	struct landlock_ruleset_attr attributes = { .handled_access_fs = (1 << 13) - 1 };
	int fd = syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
	if (fd < 0)
		return -errno;
	int result = syscall(SYS_landlock_restrict_self, fd, 0) ? -errno : 0;
	close(fd);
	return result;
}

int csb_limit(int resource, uint64_t value)
{
	struct rlimit limit = { value, value };
	return setrlimit(resource, &limit) ? -errno : 0;
}

int csb_plain_personality(void)
{
	int now = personality(0xffffffff);
	return now < 0 || personality(now & ~READ_IMPLIES_EXEC) < 0 ? -errno : 0;
}
