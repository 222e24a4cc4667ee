/* The guest's POSIX layer, seen by its own files only. Every call returns a negative errno on
 * failure, as the Linux system call of the same name would. */
#ifndef ZRT_H
#define ZRT_H
#include <stddef.h>
#include <stdint.h>

#define ZRT_PAGE 4096u

typedef long long zrt_long;

/* memory.c: the heap, as brk and anonymous mmap. */
void zrt_memory_start(void);
zrt_long zrt_brk(uint32_t end);
zrt_long zrt_mmap(uint32_t hint, uint32_t size, int protection, int flags, int fd);
zrt_long zrt_munmap(uint32_t address, uint32_t size);
zrt_long zrt_mremap(uint32_t address, uint32_t old_size, uint32_t new_size, int flags);
zrt_long zrt_madvise(uint32_t address, uint32_t size, int advice);

/* files.c: descriptors over channels. */
struct iovec;
struct kstat;
zrt_long zrt_open(const char *path, int flags);
zrt_long zrt_close(int fd);
zrt_long zrt_read(int fd, void *buffer, uint32_t size);
zrt_long zrt_write(int fd, const void *buffer, uint32_t size);
zrt_long zrt_pread(int fd, void *buffer, uint32_t size, int64_t offset);
zrt_long zrt_pwrite(int fd, const void *buffer, uint32_t size, int64_t offset);
zrt_long zrt_readv(int fd, const struct iovec *vector, int count);
zrt_long zrt_writev(int fd, const struct iovec *vector, int count);
zrt_long zrt_lseek(int fd, int64_t offset, int whence);
zrt_long zrt_dup(int fd, int at_least, int exactly);
zrt_long zrt_fcntl(int fd, int command, int argument);
zrt_long zrt_fstat(int fd, struct kstat *stat);
zrt_long zrt_stat(const char *path, struct kstat *stat);
int zrt_channel(const char *path);

/* clock.c: fixed time and randomness. */
void zrt_clock_start(int64_t seconds);
int64_t zrt_clock_nanoseconds(void);
void zrt_random(void *buffer, uint32_t size);

/* nvram.c: arguments, environment, time. */
struct zrt_nvram {
	int argc;
	char **argv;
	int envc;
	char **envp;
	int64_t seconds;
};
void zrt_nvram_read(struct zrt_nvram *nvram);

/* For code that runs before the C library is up. */
void *zrt_allocate(uint32_t size);
__attribute__((noreturn)) void zrt_exit(int code);
#endif
