/* The guest's POSIX layer, seen by its own files only. Every call returns a negative errno on
 * failure, as the Linux system call of the same name would. */
#ifndef ZRT_H
#define ZRT_H
#include <stddef.h>
#include <stdint.h>

#define ZRT_PAGE 4096u
enum { ZRT_PROCESS = 2, ZRT_MAX_FDS = 1024 };

typedef long long zrt_long;

/* system.c: who the program is, 1000 and 1000 unless the nvram says otherwise. */
extern uint32_t zrt_user, zrt_group;
zrt_long zrt_become(uint32_t *identity, uint32_t wanted);

struct zrt_timespec {
	int64_t seconds;
	int64_t nanoseconds;
};

/* memory.c: the heap, as brk and anonymous mmap. */
void zrt_memory_start(void);
zrt_long zrt_brk(uint32_t end);
zrt_long zrt_mmap(uint32_t hint, uint32_t size, int protection, int flags);
zrt_long zrt_munmap(uint32_t address, uint32_t size);
zrt_long zrt_mremap(uint32_t address, uint32_t old_size, uint32_t new_size, int flags);
zrt_long zrt_madvise(uint32_t address, uint32_t size, int advice);
void zrt_memory_totals(uint64_t *total, uint64_t *free);

/* pool.c: pieces of any size, as zeros. zrt_need ends the session when the heap is full. */
void *zrt_take(uint32_t size);
void zrt_give(void *address, uint32_t size);
void *zrt_need(uint32_t size);

/* mapping.c: mappings of files too. */
zrt_long zrt_map(uint32_t hint, uint32_t size, int protection, int flags, int fd, int64_t offset);
zrt_long zrt_unmap(uint32_t address, uint32_t size);
int zrt_is_shared(uint32_t address);
zrt_long zrt_sync(uint32_t address);
void zrt_sync_all(void); /* at exit: times of files that are still mapped */

/* files.c, vector.c, pipe.c, listing.c: descriptors. */
struct iovec;
void zrt_files_start(void);
zrt_long zrt_open(int at, const char *path, int flags, uint32_t mode);
zrt_long zrt_close(int fd);
zrt_long zrt_read(int fd, void *buffer, uint32_t size);
zrt_long zrt_write(int fd, const void *buffer, uint32_t size);
zrt_long zrt_pread(int fd, void *buffer, uint32_t size, int64_t offset);
zrt_long zrt_pwrite(int fd, const void *buffer, uint32_t size, int64_t offset);
/* offset < 0: where the descriptor stands. */
zrt_long zrt_readv(int fd, const struct iovec *vector, int count, int64_t offset);
zrt_long zrt_writev(int fd, const struct iovec *vector, int count, int64_t offset);
zrt_long zrt_lseek(int fd, int64_t offset, int whence);
zrt_long zrt_dup(int fd);
zrt_long zrt_dup2(int fd, int to);
zrt_long zrt_dup3(int fd, int to, int flags);
zrt_long zrt_fcntl(int fd, int command, zrt_long argument);
zrt_long zrt_pipe(int *fds, int flags);
zrt_long zrt_getdents(int fd, char *buffer, uint32_t size);
zrt_long zrt_ioctl(int fd, uint32_t request, void *argument);

/* ready.c: poll and select. */
struct pollfd;
/* 0: without a limit. */
zrt_long zrt_poll(struct pollfd *fds, uint32_t count, const struct zrt_timespec *limit);
zrt_long zrt_select(int count, void *read, void *write, void *except, const struct zrt_timespec *limit);

/* tree.c, path.c, status.c: names. */
struct kstat;
struct statfs;
zrt_long zrt_mkdir(int fd, const char *path, uint32_t mode);
zrt_long zrt_mknod(int fd, const char *path, uint32_t mode);
zrt_long zrt_symlink(const char *target, int fd, const char *path);
zrt_long zrt_readlink(int fd, const char *path, char *buffer, uint32_t size);
zrt_long zrt_link(int old_fd, const char *old, int new_fd, const char *new, int flags);
zrt_long zrt_unlink(int fd, const char *path, int flags);
zrt_long zrt_rename(int old_fd, const char *old, int new_fd, const char *new, uint32_t flags);
/* path 0: the descriptor itself. */
zrt_long zrt_chmod(int fd, const char *path, uint32_t mode);
zrt_long zrt_chown(int fd, const char *path, uint32_t uid, uint32_t gid, int flags);
zrt_long zrt_utimens(int fd, const char *path, const struct zrt_timespec *times, int flags);
uint32_t zrt_set_umask(uint32_t mask);
zrt_long zrt_truncate(int fd, const char *path, int64_t size);
zrt_long zrt_allocate(int fd, int mode, int64_t offset, int64_t size);
zrt_long zrt_advise(int fd, int64_t size, int advice);
zrt_long zrt_chdir(int fd, const char *path);
zrt_long zrt_getcwd(char *buffer, uint32_t size);
zrt_long zrt_stat(int fd, const char *path, struct kstat *stat, int flags);
zrt_long zrt_fstat(int fd, struct kstat *stat);
zrt_long zrt_access(int fd, const char *path, int wanted, int flags);
zrt_long zrt_statfs(const char *path, struct statfs *fs);
zrt_long zrt_fstatfs(int fd, struct statfs *fs);

/* device.c, mount.c */
void zrt_devices_start(void);
void zrt_tree_start(void);
/* The channel's number, or -1. */
int zrt_channel(const char *name);

/* clock.c: fixed time and randomness. */
/* Takes in what time it is outside, where that is to be known. Programs that ask for the time call it; files are
 * dated with what was known then, as a look costs a trap. */
void zrt_clock_look(void);
void zrt_clock_start(int64_t seconds);
int64_t zrt_clock_nanoseconds(void);
int64_t zrt_clock_elapsed(void);
void zrt_clock_advance(int64_t nanoseconds);
/* A time in nanoseconds, or as many as there can be; whether it is one. The upper half of `nanoseconds` may be anything:
 * a `long` has 32 bits. */
int zrt_length(const struct zrt_timespec *time, int64_t *length);
/* alarm.c: the same, but a handler of the alarm cuts it short: whether one has. */
int zrt_clock_wait(int64_t nanoseconds);
extern int64_t zrt_alarm_due; /* 0: it is not set */
zrt_long zrt_alarm(int which, const struct zrt_timespec *new, struct zrt_timespec *old);
void zrt_alarm_look(void);
/* Lets time go by until it rings, if it is set: whether a handler has run. */
int zrt_alarm_await(void);
void zrt_random(void *buffer, uint32_t size);
/* Whole seconds, rounded down, and the nanoseconds past them (if `rest` is not 0). */
int64_t zrt_seconds(int64_t nanoseconds, long *rest);

/* signal.c */
struct zrt_sigaction {
	uint32_t handler, flags, restorer, mask[2];
};
zrt_long zrt_kill(int process, int signal);
/* Delivers it, or keeps it while it is blocked: whether a handler has run. */
int zrt_signal(int signal);
void zrt_raise_pipe(void);
zrt_long zrt_sigaction(int signal, const struct zrt_sigaction *new, struct zrt_sigaction *old);
zrt_long zrt_sigprocmask(int how, const uint64_t *set, uint64_t *old);
zrt_long zrt_sigpending(uint64_t *set);
zrt_long zrt_sigsuspend(const uint64_t *mask); /* 0: the mask there is */
/* The number of a pending signal of the set, which it takes. */
zrt_long zrt_sigtimedwait(const uint64_t *set, void *information, const struct zrt_timespec *limit);
struct sigaltstack;
zrt_long zrt_sigaltstack(const struct sigaltstack *new, struct sigaltstack *old);

/* system.c: what there is to say about the machine and the process. */
struct utsname;
zrt_long zrt_uname(struct utsname *name);
zrt_long zrt_priority(int which, int who);
zrt_long zrt_set_priority(int which, int who, int wanted);
zrt_long zrt_limit(int resource, const uint64_t *new, uint64_t *old);
zrt_long zrt_sysinfo(void *information);
zrt_long zrt_usage(void *usage, uint32_t size);
zrt_long zrt_times(void *times);

/* start.c, say.c: for code that runs before the C library is up. */
extern int zrt_verbosity;
void zrt_say_text(const char *text);
void zrt_say_number(int64_t number);
zrt_long zrt_fork(void);
void zrt_settle(void);
__attribute__((noreturn)) void zrt_exit(int code);
#endif
