/* What the tests of glibc expect of their driver, for any C library: the few names that they use. */
#ifndef ZVM_TEST_DRIVER_H
#define ZVM_TEST_DRIVER_H
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

enum { EXIT_UNSUPPORTED = 77 };

static unsigned test_verbose __attribute__((unused));
static const char *test_dir __attribute__((unused)) = "/tmp";
static int zvm_failures __attribute__((unused));

#define verbose_printf(...) do { if (test_verbose) printf(__VA_ARGS__); } while (0)

/* What a failed check says, on standard output. */
__attribute__((unused)) static void zvm_failed(const char *file, int line, const char *format, ...)
{
	va_list arguments;
	printf("%s:%d: ", file, line);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	zvm_failures++;
}
#define support_record_failure() ((void)zvm_failures++)

/* Files that are removed at the end. */
static char *zvm_temporary[64] __attribute__((unused));

__attribute__((unused)) static void add_temp_file(const char *name)
{
	for (int i = 0; i < 64; i++)
		if (!zvm_temporary[i]) {
			zvm_temporary[i] = strdup(name);
			return;
		}
}

__attribute__((unused)) static void zvm_remove_temporary(void)
{
	for (int i = 0; i < 64 && zvm_temporary[i]; i++)
		remove(zvm_temporary[i]);
}

__attribute__((unused)) static int create_temp_file(const char *base, char **name)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%sXXXXXX", test_dir, base);
	int fd = mkstemp(path);
	if (fd < 0)
		return -1;
	add_temp_file(path);
	if (name)
		*name = strdup(path);
	return fd;
}
#define create_temp_file_in_dir(base, folder, name) create_temp_file(base, name)

__attribute__((unused)) static char *support_create_temp_directory(const char *base)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%sXXXXXX", test_dir, base);
	if (!mkdtemp(path))
		exit(1);
	add_temp_file(path);
	return strdup(path);
}
#endif
