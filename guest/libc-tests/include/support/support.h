/* Helpers of the tests of glibc: calls that end the test when they fail. */
#ifndef ZVM_SUPPORT_H
#define ZVM_SUPPORT_H
#include <dirent.h>
#include <locale.h>
#include <signal.h>
#include <sys/mman.h>
#include <support/check.h>

#define ZVM_NEEDED(type, call) ({ \
	type zvm_result = (call); \
	if (!zvm_result) \
		FAIL_EXIT1("%s", #call); \
	zvm_result; \
})
#define ZVM_DONE(call) ({ \
	__typeof(call) zvm_result = (call); \
	if (zvm_result < 0) \
		FAIL_EXIT1("%s: %s", #call, strerror(errno)); \
	zvm_result; \
})
#define xmalloc(size) ZVM_NEEDED(void *, malloc(size))
#define xcalloc(count, size) ZVM_NEEDED(void *, calloc(count, size))
#define xrealloc(piece, size) ZVM_NEEDED(void *, realloc(piece, size))
#define xposix_memalign(alignment, size) ZVM_NEEDED(void *, aligned_alloc(alignment, size))
#define xstrdup(text) ZVM_NEEDED(char *, strdup(text))
#define xstrndup(text, size) ZVM_NEEDED(char *, strndup(text, size))
#define xsetlocale(category, name) ZVM_NEEDED(char *, setlocale(category, name))
#define xnewlocale(mask, name, base) ZVM_NEEDED(locale_t, newlocale(mask, name, base))
#define xuselocale(locale) uselocale(locale)
#define xasprintf(...) ({ \
	char *zvm_text; \
	if (asprintf(&zvm_text, __VA_ARGS__) < 0) \
		FAIL_EXIT1("asprintf"); \
	zvm_text; \
})
#define xfopen(name, mode) ZVM_NEEDED(FILE *, fopen(name, mode))
#define xfclose(file) do { if (fclose(file)) FAIL_EXIT1("fclose"); } while (0)
#define xfreopen(name, mode, file) ZVM_NEEDED(FILE *, freopen(name, mode, file))
#define xopen(...) ZVM_DONE(open(__VA_ARGS__))
#define xclose(fd) ZVM_DONE(close(fd))
#define xunlink(name) ZVM_DONE(unlink(name))
#define xmkdir(name, mode) ZVM_DONE(mkdir(name, mode))
#define xchdir(name) ZVM_DONE(chdir(name))
#define xsymlink(target, name) ZVM_DONE(symlink(target, name))
#define xfstat(fd, status) ZVM_DONE(fstat(fd, status))
#define xstat(name, status) ZVM_DONE(stat(name, status))
#define xlstat(name, status) ZVM_DONE(lstat(name, status))
#define xftruncate(fd, size) ZVM_DONE(ftruncate(fd, size))
#define xlseek(fd, offset, whence) ZVM_DONE(lseek(fd, offset, whence))
#define xpipe(fds) ZVM_DONE(pipe(fds))
#define xdup(fd) ZVM_DONE(dup(fd))
#define xdup2(from, to) ZVM_DONE(dup2(from, to))
#define xraise(number) ZVM_DONE(raise(number))
#define xsigaction(number, action, old) ZVM_DONE(sigaction(number, action, old))
#define xwrite(fd, bytes, size) do { \
	if (write(fd, bytes, size) != (ssize_t)(size)) \
		FAIL_EXIT1("write"); \
} while (0)
#define xread(fd, bytes, size) do { \
	if (read(fd, bytes, size) != (ssize_t)(size)) \
		FAIL_EXIT1("read"); \
} while (0)
#define xmmap(address, size, protection, flags, fd) ({ \
	void *zvm_map = mmap(address, size, protection, flags, fd, 0); \
	if (zvm_map == MAP_FAILED) \
		FAIL_EXIT1("mmap"); \
	zvm_map; \
})
#define xmunmap(address, size) ZVM_DONE(munmap(address, size))
#define set_fortify_handler(handler) ((void)(handler))
#define support_set_small_thread_stack_size(x) ((void)(x))
#define ignore_stderr() ((void)0)
#endif
