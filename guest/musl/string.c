/* The string functions that everything leans on, sixteen bytes at a time with SSE2, which every
 * x86-64 has. They take the place of the C library's portable ones.
 *
 * Aligned loads may read bytes before and behind the text, never outside its 16-byte block, and so
 * never outside memory that is there. Masks drop what does not belong to the text. */
#include <emmintrin.h>
#include <stddef.h>
#include <stdint.h>

typedef __m128i vec;
typedef uint16_t __attribute__((may_alias, aligned(1))) u16;
typedef uint32_t __attribute__((may_alias, aligned(1))) u32;
typedef uint64_t __attribute__((may_alias, aligned(1))) u64;

/* From here on the string instructions, which move whole cache lines, win. */
enum { REP_FROM = 1024 };

static inline vec load(const void *p) { return _mm_loadu_si128((const vec *)p); }
static inline void store(void *p, vec v) { _mm_storeu_si128((vec *)p, v); }
static inline unsigned equal(vec a, vec b) { return _mm_movemask_epi8(_mm_cmpeq_epi8(a, b)); }
static inline const unsigned char *block(const void *p)
{
	return (const unsigned char *)((uintptr_t)p & ~(uintptr_t)15);
}

/* Up to 32 bytes: the first and the last part may overlap; both are read before either is written,
 * so this serves memmove as well. */
static inline void copy_small(unsigned char *to, const unsigned char *from, size_t n)
{
	if (n >= 16) {
		vec a = load(from), b = load(from + n - 16);
		store(to, a);
		store(to + n - 16, b);
	} else if (n >= 8) {
		uint64_t a = *(const u64 *)from, b = *(const u64 *)(from + n - 8);
		*(u64 *)to = a;
		*(u64 *)(to + n - 8) = b;
	} else if (n >= 4) {
		uint32_t a = *(const u32 *)from, b = *(const u32 *)(from + n - 4);
		*(u32 *)to = a;
		*(u32 *)(to + n - 4) = b;
	} else if (n >= 2) {
		uint16_t a = *(const u16 *)from, b = *(const u16 *)(from + n - 2);
		*(u16 *)to = a;
		*(u16 *)(to + n - 2) = b;
	} else if (n) {
		*to = *from;
	}
}

void *memcpy(void *restrict destination, const void *restrict source, size_t n)
{
	unsigned char *to = destination;
	const unsigned char *from = source;
	if (n <= 32) {
		copy_small(to, from, n);
		return destination;
	}
	if (n >= REP_FROM) {
		__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
		return destination;
	}
	vec last = load(from + n - 16), before = load(from + n - 32);
	unsigned char *end = to + n;
	for (; to + 32 < end; to += 32, from += 32) {
		vec a = load(from), b = load(from + 16);
		store(to, a);
		store(to + 16, b);
	}
	store(end - 32, before);
	store(end - 16, last);
	return destination;
}

void *memmove(void *destination, const void *source, size_t n)
{
	unsigned char *to = destination;
	const unsigned char *from = source;
	if (n <= 32) {
		copy_small(to, from, n);
		return destination;
	}
	if ((uintptr_t)to - (uintptr_t)from >= n)
		return to + n <= from || from + n <= to ? memcpy(to, from, n) : ({
			/* Overlapping, to lower addresses: forwards. */
			vec last = load(from + n - 16);
			unsigned char *end = to + n;
			for (; to + 16 < end; to += 16, from += 16)
				store(to, load(from));
			store(end - 16, last);
			destination;
		});
	/* Overlapping, to higher addresses: backwards. */
	vec first = load(from);
	while (n > 16) {
		n -= 16;
		store(to + n, load(from + n));
	}
	store(to, first);
	return destination;
}

void *memset(void *destination, int value, size_t n)
{
	unsigned char *to = destination;
	uint64_t word = (unsigned char)value * 0x0101010101010101u;
	if (n < 16) {
		if (n >= 8) {
			*(u64 *)to = word;
			*(u64 *)(to + n - 8) = word;
		} else if (n >= 4) {
			*(u32 *)to = word;
			*(u32 *)(to + n - 4) = word;
		} else if (n) {
			to[0] = to[n / 2] = to[n - 1] = value;
		}
		return destination;
	}
	if (n >= REP_FROM) {
		__asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(value) : "memory");
		return destination;
	}
	vec v = _mm_set1_epi8(value);
	unsigned char *end = to + n;
	for (; to + 16 < end; to += 16)
		store(to, v);
	store(end - 16, v);
	return destination;
}

void *memchr(const void *text, int value, size_t n)
{
	if (!n)
		return 0;
	const unsigned char *start = text, *p = block(text);
	/* The end saturates: a caller may say "as long as it takes". In integers, since gcc takes it
	 * that a pointer never wraps. */
	uintptr_t last = (uintptr_t)start + n;
	const unsigned char *end = (unsigned char *)(last < (uintptr_t)start ? UINTPTR_MAX : last);
	vec wanted = _mm_set1_epi8(value);
	unsigned found = equal(_mm_load_si128((const vec *)p), wanted) >> (start - p) << (start - p);
	while (!found) {
		if ((size_t)(end - p) <= 16)
			return 0;
		p += 16;
		found = equal(_mm_load_si128((const vec *)p), wanted);
	}
	p += __builtin_ctz(found);
	return p < end ? (void *)p : 0;
}

size_t strlen(const char *text)
{
	const unsigned char *p = block(text);
	unsigned skip = (const unsigned char *)text - p;
	vec zero = _mm_setzero_si128();
	unsigned found = equal(_mm_load_si128((const vec *)p), zero) >> skip << skip;
	while (!found) {
		p += 16;
		found = equal(_mm_load_si128((const vec *)p), zero);
	}
	return p + __builtin_ctz(found) - (const unsigned char *)text;
}

char *__strchrnul(const char *text, int value)
{
	const unsigned char *p = block(text);
	unsigned skip = (const unsigned char *)text - p;
	vec zero = _mm_setzero_si128(), wanted = _mm_set1_epi8(value), bytes;
	bytes = _mm_load_si128((const vec *)p);
	unsigned found = (equal(bytes, zero) | equal(bytes, wanted)) >> skip << skip;
	while (!found) {
		p += 16;
		bytes = _mm_load_si128((const vec *)p);
		found = equal(bytes, zero) | equal(bytes, wanted);
	}
	return (char *)p + __builtin_ctz(found);
}
char *strchrnul(const char *, int) __attribute__((__weak__, __alias__("__strchrnul")));

/* Big-endian, the first byte that differs decides. */
static inline int order(uint64_t a, uint64_t b)
{
	a = __builtin_bswap64(a), b = __builtin_bswap64(b);
	return (a > b) - (a < b);
}

int memcmp(const void *left, const void *right, size_t n)
{
	const unsigned char *a = left, *b = right;
	if (n >= 16) {
		const unsigned char *last = a + n - 16;
		for (; last - a >= 64; a += 64, b += 64) {
			vec x = _mm_and_si128(_mm_cmpeq_epi8(load(a), load(b)), _mm_cmpeq_epi8(load(a + 16), load(b + 16)));
			vec y = _mm_and_si128(
				_mm_cmpeq_epi8(load(a + 32), load(b + 32)), _mm_cmpeq_epi8(load(a + 48), load(b + 48)));
			if (_mm_movemask_epi8(_mm_and_si128(x, y)) != 0xffff)
				break;
		}
		for (;;) {
			unsigned same = equal(load(a), load(b));
			if (same != 0xffff) {
				unsigned at = __builtin_ctz(~same);
				return a[at] - b[at];
			}
			if (a == last)
				return 0;
			/* The last sixteen overlap what is known to be the same. */
			size_t step = last - a < 16 ? last - a : 16;
			a += step, b += step;
		}
	}
	if (n >= 8) {
		int first = order(*(const u64 *)a, *(const u64 *)b);
		return first ? first : order(*(const u64 *)(a + n - 8), *(const u64 *)(b + n - 8));
	}
	if (n >= 4) {
		uint64_t x = (uint64_t)*(const u32 *)a | (uint64_t)*(const u32 *)(a + n - 4) << 32;
		uint64_t y = (uint64_t)*(const u32 *)b | (uint64_t)*(const u32 *)(b + n - 4) << 32;
		return order(x, y);
	}
	for (; n; n--, a++, b++)
		if (*a != *b)
			return *a - *b;
	return 0;
}

/* Sixteen bytes from here are on one page with the first: reading them cannot fault. */
static inline int whole(const unsigned char *p) { return ((uintptr_t)p & 4095) <= 4096 - 16; }

int strncmp(const char *left, const char *right, size_t n)
{
	const unsigned char *a = (const unsigned char *)left, *b = (const unsigned char *)right;
	vec zero = _mm_setzero_si128();
	while (n >= 16) {
		if (whole(a) && whole(b)) {
			vec x = load(a);
			/* Set where the texts differ or end. */
			unsigned stop = (equal(x, load(b)) ^ 0xffff) | equal(x, zero);
			if (stop) {
				unsigned at = __builtin_ctz(stop);
				return a[at] - b[at];
			}
			a += 16, b += 16, n -= 16;
		} else {
			if (*a != *b || !*a)
				return *a - *b;
			a++, b++, n--;
		}
	}
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return *a - *b;
	return 0;
}

int strcmp(const char *left, const char *right)
{
	const unsigned char *a = (const unsigned char *)left, *b = (const unsigned char *)right;
	vec zero = _mm_setzero_si128();
	/* Most texts differ at once. */
	if (*a != *b || !*a)
		return *a - *b;
	for (;;) {
		if (whole(a) && whole(b)) {
			vec x = load(a);
			unsigned stop = (equal(x, load(b)) ^ 0xffff) | equal(x, zero);
			if (stop) {
				unsigned at = __builtin_ctz(stop);
				return a[at] - b[at];
			}
			a += 16, b += 16;
		} else {
			if (*a != *b || !*a)
				return *a - *b;
			a++, b++;
		}
	}
}

void *__memrchr(const void *text, int value, size_t n)
{
	const unsigned char *start = text, *p = start + n;
	vec wanted = _mm_set1_epi8(value);
	while (p - start >= 16) {
		unsigned found = equal(load(p - 16), wanted);
		if (found)
			return (void *)(p - 16 + 31 - __builtin_clz(found));
		p -= 16;
	}
	while (p > start)
		if (*--p == (unsigned char)value)
			return (void *)p;
	return 0;
}
void *memrchr(const void *, int, size_t) __attribute__((__weak__, __alias__("__memrchr")));
