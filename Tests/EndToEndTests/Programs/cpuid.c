/* Programs that ask the processor what it is: a fixed answer, whose instructions can all be run. */
#include <cpuid.h>
#include <stdio.h>
#include <string.h>

__attribute__((target("popcnt"))) static int bits(unsigned x) { return __builtin_popcount(x); }

int main(void)
{
	unsigned a, b, c, d, kept = 12345;
	char name[13] = "";
	unsigned most = __get_cpuid_max(0, &b);
	__cpuid(0, a, b, c, d);
	memcpy(name, &b, 4);
	memcpy(name + 4, &d, 4);
	memcpy(name + 8, &c, 4);
	printf("%u %u %s %u\n", most, a, name, kept);
	if (__get_cpuid(1, &a, &b, &c, &d))
		printf("sse2 %d sse4.2 %d avx %d osxsave %d tsc %d\n", !!(d & bit_SSE2), !!(c & bit_SSE4_2),
			!!(c & bit_AVX), !!(c & bit_OSXSAVE), d >> 4 & 1);
	printf("popcnt %d\n", c & bit_POPCNT ? bits(0xf0f0f) : -1);
	printf("leaf 7 %d\n", __get_cpuid_count(7, 0, &a, &b, &c, &d));
	__cpuid_count(7, 0, a, b, c, d);
	printf("%x %x %x %x\n", a, b, c, d);
	printf("%x", __get_cpuid_max(0x80000000, 0));
	__cpuid(0x80000001, a, b, c, d);
	printf(" long mode %d\n", !!(d & bit_LM));
	__asm__("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
	printf("states %u %u\n", a, d);
}
