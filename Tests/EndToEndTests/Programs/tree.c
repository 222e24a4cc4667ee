/* Prints what is below the folders given, in the order of names: type, mode, links, size, time,
 * owner, checksum or target. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int order(const void *a, const void *b) { return strcmp(*(char **)a, *(char **)b); }

static void show(const char *path, const char *name)
{
	struct stat s;
	if (lstat(path, &s)) {
		perror(path);
		exit(1);
	}
	printf("%s %o", name, s.st_mode);
	if (!S_ISDIR(s.st_mode))
		printf(" %d %lld", (int)s.st_nlink, (long long)s.st_size);
	if (!S_ISLNK(s.st_mode))
		printf(" @%lld", (long long)s.st_mtime);
	printf(" %d:%d", (int)s.st_uid, (int)s.st_gid);
	if (S_ISLNK(s.st_mode)) {
		char target[5000];
		ssize_t length = readlink(path, target, sizeof target);
		printf(" -> %.*s\n", (int)length, target);
	} else if (S_ISREG(s.st_mode)) {
		unsigned sum = 0;
		int c;
		FILE *f = fopen(path, "r");
		while ((c = getc(f)) != EOF)
			sum = sum * 31 + c;
		fclose(f);
		printf(" %08x\n", sum);
	} else {
		printf("\n");
	}
	if (!S_ISDIR(s.st_mode))
		return;
	char **names = 0;
	size_t count = 0;
	DIR *d = opendir(path);
	for (struct dirent *e; (e = readdir(d));) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		names = realloc(names, (count + 1) * sizeof *names);
		names[count++] = strdup(e->d_name);
	}
	closedir(d);
	qsort(names, count, sizeof *names, order);
	for (size_t i = 0; i < count; i++) {
		char *below, *below_name;
		asprintf(&below, "%s/%s", path, names[i]);
		asprintf(&below_name, "%s/%s", name, names[i]);
		show(below, below_name);
		free(below);
		free(below_name);
		free(names[i]);
	}
	free(names);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		show(argv[i], "");
	return 0;
}
