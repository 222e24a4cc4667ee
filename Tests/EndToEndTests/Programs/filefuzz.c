/* Random calls on a small tree, each with its answer: run natively and in the sandbox, from the
 * same seed, the two must print the same. Arguments: folder to work in, seed, number of calls. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static uint64_t state;

static unsigned any(unsigned count)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (state >> 33) % count;
}

static char root[256];

/* A path of one to four components; some absolute, some with ., .., // or a slash at the end. */
static const char *path(int slot)
{
	static char paths[2][512];
	static const char *const names[] = { "a", "b", "c", "d", "e", "a", "b", ".", "..", "long-name" };
	char *p = paths[slot], *end = p;
	unsigned count = 1 + any(4);
	if (any(60) == 0)
		return "";
	if (any(6) == 0)
		end += sprintf(end, "%s/", root);
	for (unsigned i = 0; i < count; i++)
		end += sprintf(end, "%s%s", names[any(10)], i + 1 < count ? any(20) ? "/" : "//" : "");
	if (any(15) == 0)
		strcat(p, "/");
	return p;
}

static void answer(long long result) { printf(" = %lld %d\n", result, result < 0 ? errno : 0); }

/* Descriptors by our own numbers. */
enum { SLOTS = 12 };
static int fds[SLOTS];

static void show(const char *what, int result, const struct stat *s)
{
	printf("%s = %d %d", what, result, result < 0 ? errno : 0);
	if (!result) {
		printf(" mode %o", s->st_mode);
		if (!S_ISDIR(s->st_mode))
			printf(" size %lld links %d", (long long)s->st_size, (int)s->st_nlink);
	}
	printf("\n");
}

static int order(const void *a, const void *b) { return strcmp(*(char **)a, *(char **)b); }

static void list(const char *name)
{
	DIR *d = opendir(name);
	char *names[64];
	int count = 0;
	printf("list %s", name);
	if (!d) {
		answer(-1);
		return;
	}
	for (struct dirent *e; (e = readdir(d)) && count < 64;)
		names[count++] = strdup(e->d_name);
	closedir(d);
	qsort(names, count, sizeof *names, order);
	for (int i = 0; i < count; i++) {
		printf(" %s", names[i]);
		free(names[i]);
	}
	printf("\n");
}

/* The working directory below our folder, or "" outside of it. */
static int inside(void)
{
	char cwd[4096];
	size_t length = strlen(root);
	return getcwd(cwd, sizeof cwd) && !strncmp(cwd, root, length) &&
	       (!cwd[length] || cwd[length] == '/');
}

static unsigned checksum(const unsigned char *p, long long count)
{
	unsigned sum = 0;
	for (long long i = 0; i < count; i++)
		sum = sum * 31 + p[i];
	return sum;
}

static void descriptor_call(unsigned which)
{
	static unsigned char bytes[20000];
	int slot = any(SLOTS), fd = fds[slot];
	long long result;
	unsigned size = any(4) ? any(300) : any(sizeof bytes), offset = any(3) ? any(1000) : any(50000);
	struct stat s;
	switch (which) {
	case 0: case 1: case 2:
		memset(bytes, 'a' + any(26), size);
		printf("write %d %u", slot, size);
		answer(write(fd, bytes, size));
		break;
	case 3: case 4:
		printf("read %d %u", slot, size);
		result = read(fd, bytes, size);
		printf(" [%08x]", result > 0 ? checksum(bytes, result) : 0);
		answer(result);
		break;
	case 5:
		memset(bytes, 'A' + any(26), size);
		printf("pwrite %d %u %u", slot, size, offset);
		answer(pwrite(fd, bytes, size, offset));
		break;
	case 6:
		printf("pread %d %u %u", slot, size, offset);
		result = pread(fd, bytes, size, offset);
		printf(" [%08x]", result > 0 ? checksum(bytes, result) : 0);
		answer(result);
		break;
	case 7: {
		int whence = any(4);
		long long to = (long long)offset - (whence ? 500 : 0);
		if (any(40) == 0)
			to = -to;
		/* A directory's own size and places are nobody's business. */
		if (fstat(fd, &s) == 0 && S_ISDIR(s.st_mode))
			break;
		printf("lseek %d %lld %d", slot, to, whence);
		if (whence == 3) /* SEEK_DATA: what is a hole may differ */
			whence = 99;
		answer(lseek(fd, to, whence));
		break;
	}
	case 8:
		printf("ftruncate %d %u", slot, offset);
		answer(ftruncate(fd, offset));
		break;
	case 9:
		memset(&s, 0, sizeof s);
		printf("f");
		show("stat", fstat(fd, &s), &s);
		break;
	case 10: {
		int other = any(SLOTS), copy = dup(fd);
		printf("dup %d %d", slot, other);
		answer(copy < 0 ? -1 : 0);
		if (copy >= 0) {
			close(fds[other]);
			fds[other] = copy;
		}
		break;
	}
	case 11:
		printf("close %d", slot);
		answer(close(fd));
		fds[slot] = -1;
		break;
	case 12: {
		struct iovec v[3] = { { bytes, size / 3 }, { bytes + 500, any(100) }, { bytes, any(3000) } };
		printf("writev %d", slot);
		memset(bytes, '0' + any(10), sizeof bytes);
		answer(writev(fd, v, 3));
		break;
	}
	case 13: {
		static const int flags[] = { MAP_PRIVATE, MAP_SHARED };
		int flag = flags[any(2)], writes = any(2), length = 1 + any(9000);
		printf("mmap %d %d %d %d", slot, flag, writes, length);
		unsigned char *p =
			mmap(0, length, PROT_READ | (writes ? PROT_WRITE : 0), flag, fd, any(3) ? 0 : 4096);
		answer(p == MAP_FAILED ? -1 : 0);
		if (p == MAP_FAILED)
			break;
		/* Past the file's last page there is nothing to touch. */
		if (fstat(fd, &s) == 0 && s.st_size >= length + 8192) {
			printf(" sum %08x\n", checksum(p, length));
			if (writes) {
				p[any(length)] = '!';
				p[any(length)] = '?';
				result = pread(fd, bytes, sizeof bytes, 0);
				printf(" after [%08x] %lld\n", result > 0 ? checksum(bytes, result) : 0, result);
			}
		}
		munmap(p, length);
		break;
	}
	case 14:
		printf("fcntl %d", slot);
		result = fcntl(fd, F_GETFL);
		answer(result < 0 ? -1 : result & (3 | O_APPEND));
		break;
	}
}

static void name_call(unsigned which)
{
	struct stat s;
	char target[512];
	const char *a = path(0), *b = path(1);
	switch (which) {
	case 0: case 1: case 2: case 3: {
		static const int access[] = { O_RDONLY, O_WRONLY, O_RDWR, O_RDWR };
		static const int extra[] = { 0, O_TRUNC, O_APPEND, O_EXCL, O_DIRECTORY, O_NOFOLLOW, 0, 0 };
		int slot = any(SLOTS), flags = access[any(4)] | extra[any(8)];
		/* O_CREAT together with O_DIRECTORY means different things in different kernels. */
		if (any(3) && !(flags & O_DIRECTORY))
			flags |= O_CREAT;
		int fd = open(a, flags, 0644 + any(3));
		printf("open %d %s %s%s%s%s%s%s %d", slot, a, flags & O_CREAT ? "C" : "",
			flags & O_TRUNC ? "T" : "", flags & O_APPEND ? "A" : "", flags & O_EXCL ? "X" : "",
			flags & O_DIRECTORY ? "D" : "", flags & O_NOFOLLOW ? "N" : "", flags & 3);
		answer(fd < 0 ? -1 : 0);
		if (fd >= 0) {
			close(fds[slot]);
			fds[slot] = fd;
		}
		break;
	}
	case 4: case 5: printf("mkdir %s", a); answer(mkdir(a, 0755)); break;
	case 6: printf("rmdir %s", a); answer(rmdir(a)); break;
	case 7: printf("unlink %s", a); answer(unlink(a)); break;
	case 8: printf("rename %s %s", a, b); answer(rename(a, b)); break;
	case 9: printf("link %s %s", a, b); answer(link(a, b)); break;
	case 10: printf("symlink %s %s", a, b); answer(symlink(a, b)); break;
	case 11: {
		long result = readlink(a, target, sizeof target - 1);
		target[result > 0 ? result : 0] = 0;
		printf("readlink %s (%s)", a, target);
		answer(result);
		break;
	}
	case 12:
		memset(&s, 0, sizeof s);
		printf("%s ", a);
		show("stat", stat(a, &s), &s);
		break;
	case 13:
		memset(&s, 0, sizeof s);
		printf("%s ", a);
		show("lstat", lstat(a, &s), &s);
		break;
	case 14: list(a); break;
	case 15:
		printf("chdir %s", a);
		answer(chdir(a));
		if (!inside())
			chdir(root);
		break;
	case 16: {
		char *cwd = getcwd(target, sizeof target);
		printf("getcwd %s", cwd ? cwd + strlen(root) : "");
		answer(cwd ? 0 : -1);
		break;
	}
	case 17: {
		unsigned size = any(30000);
		printf("truncate %s %u", a, size);
		answer(truncate(a, size));
		break;
	}
	case 18: {
		unsigned mode = any(01000);
		printf("chmod %s %o", a, mode);
		answer(chmod(a, mode));
		break;
	}
	case 19: {
		static const int modes[] = { F_OK, R_OK, W_OK, X_OK, R_OK | X_OK };
		int mode = modes[any(5)];
		printf("access %s %d", a, mode);
		answer(access(a, mode));
		break;
	}
	case 20: printf("remove %s", a); answer(remove(a)); break;
	case 21: {
		struct timespec times[2] = { { any(100000), any(1000) }, { any(1000000), 5 } };
		printf("utimensat %s", a);
		int result = utimensat(AT_FDCWD, a, times, any(2) ? AT_SYMLINK_NOFOLLOW : 0);
		answer(result);
		if (!stat(a, &s) && !S_ISDIR(s.st_mode) && !result)
			printf(" times %lld %lld\n", (long long)s.st_mtime == times[1].tv_sec ? 1LL : 0LL,
				(long long)s.st_mtim.tv_nsec == 5 ? 1LL : 0LL);
		break;
	}
	case 22: {
		int slot = any(SLOTS);
		printf("openat/mkdirat/linkat %d %s", slot, a);
		if (*a == '/') {
			printf("\n");
			break;
		}
		errno = 0;
		int result = mkdirat(fds[slot], a, 0700);
		answer(result);
		break;
	}
	}
}

int main(int argc, char **argv)
{
	mkdir(argv[1], 0755);
	if (argc < 4 || chdir(argv[1]) || !getcwd(root, sizeof root))
		return 1;
	state = strtoull(argv[2], 0, 10);
	umask(022);
	/* A folder in the folder: what climbs out of it stays in the outer one. */
	for (int i = 0; i < 8; i++) {
		mkdir("r", 0755);
		if (chdir("r"))
			return 1;
	}
	if (!getcwd(root, sizeof root))
		return 1;
	memset(fds, 0xff, sizeof fds);
	for (long i = 0, count = atol(argv[3]); i < count; i++) {
		printf("%ld: ", i);
		if (any(5) < 2)
			descriptor_call(any(15));
		else
			name_call(any(23));
	}
	chdir(root);
	list(".");
	return 0;
}
