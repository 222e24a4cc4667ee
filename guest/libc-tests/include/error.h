#include <support/test-driver.h>
#define error(status, number, ...) do { \
	printf(__VA_ARGS__); \
	printf(": %s\n", (number) ? strerror(number) : ""); \
	if (status) \
		exit(status); \
} while (0)
