/* The order of versions: pairs of names that share their beginnings, as natively. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

static unsigned state = 1;

static unsigned next(unsigned below)
{
	state = state * 1664525 + 1013904223;
	return (state >> 16) % below;
}

int main(void)
{
	static const char letters[] = "0019a.Z";
	unsigned hash = 0;
	for (int i = 0; i < 1000000; i++) {
		char a[9] = "", b[9] = "";
		unsigned length = next(8);
		for (unsigned j = 0; j < length; j++)
			a[j] = letters[next(7)];
		length = next(8);
		for (unsigned j = 0; j < length; j++)
			b[j] = a[j] && next(3) ? a[j] : letters[next(7)];
		int order = strverscmp(a, b), sign = (order > 0) - (order < 0);
		if (i < 200)
			printf("%s %s %d\n", a, b, sign);
		hash = hash * 31 + sign;
	}
	printf("%u %d\n", hash, strverscmp("UNKNOWN", "4.19.0") > 0);
	return 0;
}
