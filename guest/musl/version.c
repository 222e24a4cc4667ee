/* strverscmp in place of musl's, which takes text and digits for numbers of different lengths. */
#define _GNU_SOURCE
#include <string.h>

static int is_digit(unsigned char c) { return c - '0' < 10u; }

/* As glibc's manual has it: names are compared byte by byte up to the first difference. Where that lies in or right
 * behind digits on both sides, two whole numbers are compared by value, and of two that begin with a zero, which
 * are fractions, the one with more zeros comes first. */
int strverscmp(const char *left, const char *right)
{
	const unsigned char *a = (const unsigned char *)left, *b = (const unsigned char *)right;
	size_t at = 0, start;
	while (a[at] && a[at] == b[at])
		at++;
	for (start = at; start && is_digit(a[start - 1]);)
		start--;
	int number = is_digit(a[start]) && is_digit(b[start]);
	if (!number)
		return a[at] - b[at];
	if (a[start] == '0' || b[start] == '0') {
		/* Only zeros so far: the longer run of them is the smaller fraction. */
		size_t zeros = start;
		while (zeros < at && a[zeros] == '0')
			zeros++;
		if (zeros == at && is_digit(a[at]) != is_digit(b[at]))
			return is_digit(a[at]) ? -1 : 1;
		return a[at] - b[at];
	}
	size_t end = at;
	while (is_digit(a[end]) && is_digit(b[end]))
		end++;
	if (is_digit(a[end]) != is_digit(b[end]))
		return is_digit(a[end]) ? 1 : -1;
	return a[at] - b[at];
}
