/* The string functions against plain loops, over sizes and alignments. Prints the first mistake. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPACE = 600 };
static unsigned char x[SPACE], y[SPACE], z[4096];

static int wrong(const char *what, int n, int to, int from)
{
	printf("%s: %d bytes, offsets %d and %d\n", what, n, to, from);
	return 1;
}

/* Whether x equals y outside of [offset, offset + n). */
static int spared(int offset, int n)
{
	for (int i = 0; i < SPACE; i++)
		if ((i < offset || i >= offset + n) && x[i] != y[i])
			return 0;
	return 1;
}

static int check(int n, int o, int p)
{
	memcpy(x + o, z + p + 1000, n);
	for (int i = 0; i < n; i++)
		if (x[o + i] != z[p + 1000 + i])
			return wrong("memcpy", n, o, p);
	if (!spared(o, n))
		return wrong("memcpy outside", n, o, p);
	memcpy(x, y, SPACE);
	memmove(x + o, x + p, n);
	for (int i = 0; i < n; i++)
		if (x[o + i] != y[p + i])
			return wrong("memmove", n, o, p);
	if (!spared(o, n))
		return wrong("memmove outside", n, o, p);
	memcpy(x, y, SPACE);
	memset(x + o, p + 7, n);
	for (int i = 0; i < n; i++)
		if (x[o + i] != p + 7)
			return wrong("memset", n, o, p);
	if (!spared(o, n))
		return wrong("memset outside", n, o, p);
	unsigned char *found = memchr(y + o, y[p + n], n), *expected = 0;
	for (int i = n; i-- > 0;)
		if (y[o + i] == y[p + n])
			expected = y + o + i;
	if (found != expected)
		return wrong("memchr", n, o, p);
	memset(x, 'a', SPACE);
	x[o + n] = 0;
	if (strlen((char *)x + o) != (size_t)n)
		return wrong("strlen", n, o, p);
	if (n)
		x[o + n / 2] = 'b';
	if (strchr((char *)x + o, 'b') != (n ? (char *)x + o + n / 2 : 0))
		return wrong("strchr", n, o, p);
	memcpy(x, y, SPACE);
	if (memcmp(x + o, y + o, n))
		return wrong("memcmp equal", n, o, p);
	if (n) {
		x[o + n - 1] ^= 1;
		int order = memcmp(x + o, y + o, n);
		if (!order || (order < 0) != (x[o + n - 1] < y[o + n - 1]))
			return wrong("memcmp", n, o, p);
	}
	return 0;
}

/* Comparisons, of texts that cross the end of a page. */
static int check_order(int n, int o, int p)
{
	static unsigned char left[8192 + 64] __attribute__((aligned(4096)));
	static unsigned char right[8192 + 64] __attribute__((aligned(4096)));
	unsigned char *a = left + 4096 - o * 3, *b = right + 4096 - p;
	memset(left, 1, sizeof left);
	memset(right, 2, sizeof right);
	memset(a, 'a', n);
	memset(b, 'a', n);
	a[n] = b[n] = 0;
	if (strcmp((char *)a, (char *)b) || strncmp((char *)a, (char *)b, n + 5))
		return wrong("strcmp equal", n, o, p);
	if (n && memrchr(a, 'a', n) != a + n - 1)
		return wrong("memrchr last", n, o, p);
	for (int i = 0; i < n; i += 1 + i / 9) {
		unsigned char above = 'b' + (i * 7 & 127);
		b[i] = above;
		/* Behind the difference the other way, which must not count. */
		if (i + 1 < n)
			a[i + 1] = 255;
		if (memcmp(a, b, n) >= 0 || memcmp(b, a, n) <= 0 || memcmp(a, b, i))
			return wrong("memcmp", n, o, i);
		if (strcmp((char *)a, (char *)b) >= 0 || strcmp((char *)b, (char *)a) <= 0)
			return wrong("strcmp", n, o, i);
		if (strncmp((char *)a, (char *)b, n) >= 0 || strncmp((char *)a, (char *)b, i)
			|| strncmp((char *)b, (char *)a, i + 1) <= 0)
			return wrong("strncmp", n, o, i);
		if (memrchr(b, above, n) != b + i || memrchr(b, 1, n))
			return wrong("memrchr", n, o, i);
		b[i] = 'a';
		if (i + 1 < n)
			a[i + 1] = 'a';
		/* One ends before the other. */
		b[i] = 0;
		if (strcmp((char *)a, (char *)b) <= 0 || strncmp((char *)b, (char *)a, n) >= 0)
			return wrong("strcmp end", n, o, i);
		b[i] = 'a';
	}
	return 0;
}

int main(void)
{
	uint64_t state = 1;
	for (int n = 0; n < 300; n++) {
		for (int o = 0; o < 20; o++) {
			for (int i = 0; i < SPACE; i++) {
				state = state * 6364136223846793005u + 1442695040888963407u;
				x[i] = y[i] = state >> 56;
			}
			for (int p = 0; p < 20; p += 3) {
				memcpy(x, y, SPACE);
				if (check(n, o, p) || (n < 100 && check_order(n, o, p)))
					return 1;
			}
		}
	}
	char *a = malloc(100000), *b = malloc(100000);
	for (int i = 0; i < 100000; i++)
		a[i] = i * 7;
	for (int n = 900; n < 5000; n += 37) {
		memset(b, 1, 100000);
		memcpy(b + 3, a + 5, n);
		if (memcmp(b + 3, a + 5, n) || b[2] != 1 || b[3 + n] != 1)
			return wrong("large memcpy", n, 3, 5);
		memmove(a + 10, a, n);
		memmove(a, a + 10, n);
	}
	for (int i = 0; i < 900; i++)
		if (a[i] != (char)(i * 7))
			return wrong("large memmove", i, 0, 0);
	puts("right");
	return 0;
}
