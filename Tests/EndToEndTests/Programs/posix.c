/* Small things that a POSIX program expects, with answers that are the same natively. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

static volatile sig_atomic_t caught;
static sigjmp_buf escape;

static void on_signal(int signal) { caught = caught * 100 + signal; }
static void on_escape(int signal) { siglongjmp(escape, signal); }

static void pipes(void)
{
	int fds[2];
	char text[16] = "";
	printf("pipe %d", pipe(fds));
	printf(" %d", (int)write(fds[1], "hello", 5));
	struct pollfd p = { fds[0], POLLIN, 0 };
	printf(" poll %d", poll(&p, 1, 0));
	printf(" %d", p.revents);
	printf(" %d", (int)read(fds[0], text, 3));
	printf(" %s", text);
	close(fds[1]);
	memset(text, 0, sizeof text);
	printf(" %d", (int)read(fds[0], text, 10));
	printf(" %s", text);
	printf(" %d", (int)read(fds[0], text, 10));
	printf(" seek %d", (int)lseek(fds[0], 0, SEEK_SET));
	printf(" %d\n", errno == ESPIPE);
	close(fds[0]);
	pipe2(fds, O_NONBLOCK);
	printf("empty %d", (int)read(fds[0], text, 1));
	printf(" %d", errno == EAGAIN);
	close(fds[0]);
	signal(SIGPIPE, SIG_IGN);
	printf(" broken %d", (int)write(fds[1], "x", 1));
	printf(" %d\n", errno == EPIPE);
	close(fds[1]);
	fd_set set;
	FD_ZERO(&set);
	FD_SET(1, &set);
	struct timeval zero = { 0, 0 };
	printf("select %d\n", select(2, 0, &set, 0, &zero));
}

static void signals(void)
{
	struct sigaction action = { .sa_handler = on_signal }, old;
	sigset_t set, before;
	sigaction(SIGUSR1, &action, 0);
	raise(SIGUSR1);
	printf("raise %d", caught);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &before);
	kill(getpid(), SIGUSR1);
	printf(" blocked %d", caught);
	sigpending(&set);
	printf(" pending %d", sigismember(&set, SIGUSR1));
	sigprocmask(SIG_SETMASK, &before, 0);
	printf(" delivered %d", caught);
	action.sa_flags = SA_RESETHAND;
	sigaction(SIGUSR2, &action, 0);
	raise(SIGUSR2);
	sigaction(SIGUSR2, 0, &old);
	printf(" reset %d %d\n", caught, old.sa_handler == SIG_DFL);
	signal(SIGALRM, on_escape);
	int signal = sigsetjmp(escape, 1);
	if (!signal)
		raise(SIGALRM);
	sigprocmask(SIG_SETMASK, 0, &set);
	printf("escaped %d, mask restored %d\n", signal, !sigismember(&set, SIGALRM));
	raise(SIGCHLD);
	raise(SIGWINCH);
}

static void descriptors(const char *name)
{
	char text[32] = "";
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	write(fd, "0123456789", 10);
	int copy = dup2(fd, 100);
	lseek(copy, 4, SEEK_SET);
	printf("shared place %d", (int)read(fd, text, 3));
	printf(" %s", text);
	printf(" cloexec %d", fcntl(fcntl(fd, F_DUPFD_CLOEXEC, 50), F_GETFD));
	struct flock lock = { .l_type = F_WRLCK };
	printf(" lock %d", fcntl(fd, F_SETLK, &lock));
	printf(" tty %d", isatty(fd));
	printf(" %d", errno == ENOTTY);
	char *map = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	map[0] = 'X';
	close(fd);
	pread(copy, text, 3, 0);
	text[3] = 0;
	printf(" mapped %s", text);
	pwrite(copy, "Y", 1, 1);
	printf(" %.3s\n", map);
	munmap(map, 4096);
	close(copy);
	FILE *f = fopen(name, "r+");
	fseek(f, -2, SEEK_END);
	fputs("AB", f);
	rewind(f);
	fgets(text, sizeof text, f);
	printf("stdio %s", text);
	fclose(f);
	f = fopen(name, "a+");
	fputs("C", f);
	fseek(f, 0, SEEK_SET);
	fgets(text, sizeof text, f);
	printf(" %s\n", text);
	fclose(f);
	unlink(name);
	f = tmpfile();
	fprintf(f, "temporary");
	rewind(f);
	fgets(text, sizeof text, f);
	printf("%s\n", text);
	fclose(f);
	char temporary[] = "/tmp/posixXXXXXX";
	fd = mkstemp(temporary);
	printf("mkstemp %d\n", fd >= 0);
	close(fd);
	unlink(temporary);
}

/* Calls that GNU programs and test suites make beside reading and writing. */
static void allocation(const char *name)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600), ends[2];
	struct stat status;
	pipe(ends);
	write(fd, "abc", 3);
	printf("fallocate %d", posix_fallocate(fd, 10, 90));
	fstat(fd, &status);
	printf(" %d %d", (int)status.st_size, posix_fallocate(fd, 0, 50));
	fstat(fd, &status);
	printf(" %d, %d %d %d %d\n", (int)status.st_size, posix_fallocate(fd, 0, 0), posix_fallocate(fd, -1, 5),
		posix_fallocate(ends[1], 0, 5), posix_fallocate(-1, 0, 5));
	printf("fadvise %d %d %d %d\n", posix_fadvise(fd, 0, 10, POSIX_FADV_WILLNEED),
		posix_fadvise(fd, 0, -1, 99), posix_fadvise(ends[0], 0, 0, POSIX_FADV_NORMAL),
		posix_fadvise(-1, 0, 0, POSIX_FADV_NORMAL));
	close(fd);
	fd = open("/dev/full", O_RDWR);
	char byte = 1;
	printf("full %d", (int)write(fd, "x", 1));
	printf(" %d", errno == ENOSPC);
	printf(" %d %d\n", (int)read(fd, &byte, 1), byte);
	FILE *full = fopen("/dev/full", "w");
	fputs("text", full);
	printf("full %d\n", fclose(full));
	int before = getpriority(PRIO_PROCESS, 0);
	printf("nice %d", nice(2) - before);
	printf(" %d", getpriority(PRIO_PROCESS, 0) - before);
	printf(" %d", setpriority(9, 0, 0));
	printf(" %d\n", errno == EINVAL);
	struct timespec zero = { 0, 0 };
	printf("clock %d", clock_settime(CLOCK_MONOTONIC, &zero));
	printf(" %d\n", errno == EINVAL);
	printf("dlsym %d\n", dlsym(RTLD_DEFAULT, "zvm_is_not_there") != 0);
	unlink(name);
}

static void locales(void)
{
	wchar_t wide[8];
	printf("locale %s", setlocale(LC_ALL, "C.UTF-8") ? "ok" : "none");
	size_t count = mbstowcs(wide, "a\xc3\xa9\xe2\x82\xac", 8);
	printf(" %d %x %x\n", (int)count, wide[1], wide[2]);
	printf("codeset %s\n", nl_langinfo(CODESET));
}

int main(void)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, 0); /* a test runner may have blocked some */
	setvbuf(stdout, 0, _IOFBF, 4096);
	char name[] = "/tmp/posix-test";
	pipes();
	signals();
	descriptors(name);
	allocation(name);
	locales();
	return 0;
}
