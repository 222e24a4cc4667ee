/* What a guest is told, and what it does not have. */
#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static void *thread(void *p) { return p; }

int main(int argc, char **argv)
{
	struct passwd *user = getpwuid(getuid());
	struct utsname name;
	struct stat s;
	pthread_t t;
	char cwd[100];
	uname(&name);
	printf("%s %s %s %s\n", user->pw_name, user->pw_dir, user->pw_shell,
		getgrgid(getgid())->gr_name);
	printf("%s %s\n", name.sysname, name.machine);
	printf("thread %d\n", pthread_create(&t, 0, thread, 0) == EAGAIN);
	int result = fork();
	printf("fork %d %d\n", result, errno == ENOSYS);
	printf("system %d\n", system("true"));
	printf("cwd %s, time %lld, process %d\n", getcwd(cwd, sizeof cwd), (long long)time(0), getpid());
	for (int i = 1; i < argc; i++) {
		if (stat(argv[i], &s))
			printf("%s: %s\n", argv[i], strerror(errno));
		else
			printf("%s: %o\n", argv[i], s.st_mode);
	}
	FILE *random = fopen("/dev/urandom", "r");
	int byte = getc(random);
	printf("%02x%02x", byte, getc(random));
	printf(" %zu\n", fread(cwd, 1, 100, fopen("/dev/zero", "r")));
	result = mkdir("/dev/x", 0777);
	printf("%d %d\n", result, errno == EACCES);
	return 0;
}
