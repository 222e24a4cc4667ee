/* Checks of the tests of glibc. */
#ifndef ZVM_CHECK_H
#define ZVM_CHECK_H
#include <support/test-driver.h>

#define FAIL(...) zvm_failed(__FILE__, __LINE__, __VA_ARGS__)
#define FAIL_RET(...) return (FAIL(__VA_ARGS__), 1)
#define FAIL_EXIT(status, ...) do { FAIL(__VA_ARGS__); exit(status); } while (0)
#define FAIL_EXIT1(...) FAIL_EXIT(1, __VA_ARGS__)
#define FAIL_UNSUPPORTED(...) FAIL_EXIT(EXIT_UNSUPPORTED, __VA_ARGS__)
#define TEST_VERIFY(what) do { if (!(what)) FAIL("not true: %s", #what); } while (0)
#define TEST_VERIFY_EXIT(what) do { if (!(what)) FAIL_EXIT1("not true: %s", #what); } while (0)
#define TEST_COMPARE(a, b) do { \
	__typeof((a) + 0) zvm_a = (a); \
	__typeof((b) + 0) zvm_b = (b); \
	if (zvm_a != zvm_b || (zvm_a < 0) != (zvm_b < 0)) \
		FAIL("%s is %lld, %s is %lld", #a, (long long)zvm_a, #b, (long long)zvm_b); \
} while (0)
#define TEST_COMPARE_BLOB(a, size_a, b, size_b) do { \
	if ((size_a) != (size_b) || memcmp(a, b, size_a)) \
		FAIL("%s and %s differ", #a, #b); \
} while (0)
#define TEST_COMPARE_STRING(a, b) do { \
	const char *zvm_a = (a), *zvm_b = (b); \
	if (zvm_a != zvm_b && (!zvm_a || !zvm_b || strcmp(zvm_a, zvm_b))) \
		FAIL("%s is \"%s\", %s is \"%s\"", #a, zvm_a, #b, zvm_b); \
} while (0)
#define TEST_COMPARE_STRING_WIDE(a, b) do { \
	if (wcscmp(a, b)) \
		FAIL("%s and %s differ", #a, #b); \
} while (0)
#define support_static_assert _Static_assert
#endif
