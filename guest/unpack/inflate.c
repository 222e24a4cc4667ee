/* Inflate (RFC 1951): a table of FAST bits for short codes, and the canonical walk for longer ones. */
#include "unpack.h"
#include <string.h>

enum { FAST = 10, WINDOW = 1 << 15, BUFFER = 1 << 16 };

struct code {
	uint16_t fast[1 << FAST];	/* symbol << 4 | length; 0: a longer code */
	uint16_t count[16], symbol[288];
};

static struct state {
	unsigned char in[BUFFER], out[2 * WINDOW];
	size_t at, filled, used;
	uint64_t bits;
	int have;
	int ended;
	size_t (*more)(unsigned char *, size_t);
	void (*put)(const unsigned char *, size_t);
	uint64_t total;
} s;

static void refill(void)
{
	while (s.have <= 48) {
		if (s.at == s.filled) {
			s.filled = s.ended ? 0 : s.more(s.in, sizeof s.in);
			s.at = 0;
			if (!s.filled) {
				s.ended = 1;
				return;
			}
		}
		s.bits |= (uint64_t)s.in[s.at++] << s.have;
		s.have += 8;
	}
}

/* So many bits, at most 16; -1 at the end of the input. */
static int take(int count)
{
	if (s.have < count) {
		refill();
		if (s.have < count)
			return -1;
	}
	int value = (int)(s.bits & ((1u << count) - 1));
	s.bits >>= count;
	s.have -= count;
	return value;
}

/* 0 when the lengths make a code; an incomplete one may have a single symbol. */
static int build(struct code *code, const unsigned char *lengths, int count)
{
	uint16_t offset[16];
	int left = 1;
	memset(code, 0, sizeof *code);
	for (int i = 0; i < count; i++)
		code->count[lengths[i]]++;
	int used = count - code->count[0];
	code->count[0] = 0;
	for (int length = 1; length < 16; length++) {
		left = left * 2 - code->count[length];
		if (left < 0)
			return -1;
	}
	offset[1] = 0;
	for (int length = 1; length < 15; length++)
		offset[length + 1] = offset[length] + code->count[length];
	for (int i = 0; i < count; i++)
		if (lengths[i])
			code->symbol[offset[lengths[i]]++] = (uint16_t)i;
	if (left > 0 && used > 1)
		return -1;
	/* Codes are sent from their highest bit on: the table is indexed by reversed ones. */
	unsigned next = 0, index = 0;
	for (int length = 1; length <= FAST; length++, next <<= 1)
		for (int i = 0; i < code->count[length]; i++, next++, index++) {
			unsigned reversed = 0;
			for (int bit = 0; bit < length; bit++)
				reversed |= (next >> bit & 1) << (length - 1 - bit);
			for (unsigned at = reversed; at < 1 << FAST; at += 1u << length)
				code->fast[at] = (uint16_t)(code->symbol[index] << 4 | length);
		}
	return 0;
}

static int decode(const struct code *code)
{
	if (s.have < 15)
		refill();
	unsigned entry = code->fast[s.bits & ((1 << FAST) - 1)];
	int length = entry & 15;
	if (length) {
		if (length > s.have)
			return -1;
		s.bits >>= length;
		s.have -= length;
		return (int)(entry >> 4);
	}
	int value = 0, first = 0, index = 0;
	uint64_t bits = s.bits;
	for (length = 1; length < 16 && length <= s.have; length++, bits >>= 1) {
		value |= (int)(bits & 1);
		int count = code->count[length];
		if (value - count < first) {
			s.bits >>= length;
			s.have -= length;
			return code->symbol[index + (value - first)];
		}
		index += count;
		first = (first + count) << 1;
		value <<= 1;
	}
	return -1;
}

static void emit(unsigned char byte)
{
	s.out[s.used++] = byte;
	s.total++;
	if (s.used == sizeof s.out) {
		s.put(s.out, WINDOW);
		memmove(s.out, s.out + WINDOW, WINDOW);
		s.used = WINDOW;
	}
}

static const char *stored(void)
{
	s.bits >>= s.have & 7;
	s.have &= ~7;
	int size = take(16), check = take(16);
	if (size < 0 || check < 0 || (size ^ check) != 0xffff)
		return "the length of a stored block is wrong";
	while (size--) {
		int byte = take(8);
		if (byte < 0)
			return "truncated";
		emit((unsigned char)byte);
	}
	return 0;
}

static const char *packed(const struct code *literals, const struct code *distances)
{
	static const uint16_t length_base[29] = { 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31,
		35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258 };
	static const unsigned char length_bits[29] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3,
		3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 };
	static const uint16_t distance_base[30] = { 1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129,
		193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577 };
	for (;;) {
		int symbol = decode(literals);
		if (symbol < 0)
			return "invalid code";
		if (symbol < 256) {
			emit((unsigned char)symbol);
			continue;
		}
		if (symbol == 256)
			return 0;
		symbol -= 257;
		if (symbol >= 29)
			return "invalid length";
		int extra = take(length_bits[symbol]), kind = decode(distances);
		if (extra < 0 || kind < 0 || kind >= 30)
			return "invalid distance";
		int length = length_base[symbol] + extra;
		extra = take(kind < 2 ? 0 : kind / 2 - 1);
		if (extra < 0)
			return "truncated";
		unsigned distance = distance_base[kind] + (unsigned)extra;
		if (distance > s.total)
			return "a distance points before the start";
		while (length--)
			emit(s.out[s.used - distance]);
	}
}

static const char *dynamic(void)
{
	static const unsigned char order[19] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14,
		1, 15 };
	static struct code literals, distances;
	unsigned char lengths[320] = { 0 };
	int many = take(5) + 257, few = take(5) + 1, codes = take(4) + 4;
	if (many < 257 || few < 1 || codes < 4 || many > 286 || few > 30)
		return "invalid counts of codes";
	for (int i = 0; i < codes; i++) {
		int length = take(3);
		if (length < 0)
			return "truncated";
		lengths[order[i]] = (unsigned char)length;
	}
	if (build(&literals, lengths, 19))
		return "invalid code lengths";
	memset(lengths, 0, sizeof lengths);
	for (int i = 0; i < many + few;) {
		int symbol = decode(&literals), repeat = 1, value = 0;
		if (symbol < 0)
			return "invalid code lengths";
		if (symbol < 16) {
			value = symbol;
		} else {
			int extra = take(symbol == 16 ? 2 : symbol == 17 ? 3 : 7);
			if (extra < 0 || (symbol == 16 && !i))
				return "invalid code lengths";
			repeat = extra + (symbol == 18 ? 11 : 3);
			value = symbol == 16 ? lengths[i - 1] : 0;
		}
		if (i + repeat > many + few)
			return "invalid code lengths";
		while (repeat--)
			lengths[i++] = (unsigned char)value;
	}
	if (!lengths[256])
		return "there is no code for the end";
	if (build(&literals, lengths, many) || build(&distances, lengths + many, few))
		return "invalid codes";
	return packed(&literals, &distances);
}

static const char *fixed(void)
{
	static struct code literals, distances;
	unsigned char lengths[288];
	for (int i = 0; i < 288; i++)
		lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
	if (build(&literals, lengths, 288))
		return "internal";
	/* 32 codes of five bits, of which two are never used: complete, so the check passes. */
	memset(lengths, 5, 32);
	if (build(&distances, lengths, 32))
		return "internal";
	return packed(&literals, &distances);
}

const char *inflate(size_t (*more)(unsigned char *, size_t), void (*put)(const unsigned char *, size_t))
{
	s.at = s.filled = s.used = 0;
	s.bits = 0;
	s.have = s.ended = 0;
	s.total = 0;
	s.more = more;
	s.put = put;
	for (int last = 0; !last;) {
		last = take(1);
		int kind = take(2);
		if (last < 0 || kind < 0)
			return "truncated";
		const char *problem = kind == 0 ? stored()
				      : kind == 1 ? fixed()
				      : kind == 2 ? dynamic()
						  : "an unknown kind of block";
		if (problem)
			return problem;
	}
	/* What is in the buffer was not handed out yet: `emit` moves it to the front. */
	if (s.used)
		put(s.out, s.used);
	return 0;
}
