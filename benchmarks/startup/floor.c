/* The floor on this machine: floor COUNT EMPTY. fork+exit+wait of this small static program, and
 * posix_spawn of the static program EMPTY, which does nothing. Same lines as main.swift prints. Without EMPTY:
 * all samples of the former, in nanoseconds. */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static unsigned long now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ul + t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;
	return x < y ? -1 : x > y;
}

static void show(const char *name, unsigned long *samples, int count)
{
	qsort(samples, count, sizeof *samples, compare);
	printf("{\"name\": \"%s\", \"count\": %d, \"p50\": %.2f, \"p90\": %.2f, \"p99\": %.2f, \"max\": %.2f}\n",
	       name, count, samples[count / 2] / 1e3, samples[count * 9 / 10] / 1e3,
	       samples[count * 99 / 100] / 1e3, samples[count - 1] / 1e3);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 2000;
	unsigned long *samples = calloc(count, sizeof *samples);
	for (int i = 0; i < count; i++) {
		unsigned long start = now();
		pid_t child = fork();
		if (!child)
			_exit(0);
		waitpid(child, 0, 0);
		samples[i] = now() - start;
	}
	for (int i = 0; argc < 3 && i < count; i++)
		printf("%lu\n", samples[i]);
	if (argc < 3)
		return 0;
	show("fork+exit+wait floor", samples, count);
	for (int i = 0; i < count; i++) {
		unsigned long start = now();
		pid_t child;
		char *arguments[] = { argv[2], 0 }, *environment[] = { 0 };
		if (posix_spawn(&child, argv[2], 0, 0, arguments, environment))
			return 1;
		waitpid(child, 0, 0);
		samples[i] = now() - start;
	}
	show("posix_spawn of an empty static program", samples, count);
}
