/* What programs do with the text of a record. */
#include "internal.h"

/* The first and the last byte of what is wanted are looked for at sixteen places at once; only where
 * both fit is the rest compared (Mula, "SIMD-friendly algorithms for substring searching"). */
char *zmr_search(char *at, char *end, zmr_text wanted)
{
	if (wanted.size == 0)
		return at;
	if (wanted.size > (size_t)(end - at))
		return end;
	uint32_t last = wanted.size - 1;
	const __m128i first_byte = _mm_set1_epi8(wanted.at[0]);
	const __m128i last_byte = _mm_set1_epi8(wanted.at[last]);
	char *stop = end - last; /* no match begins from here on */
	for (; stop - at >= 16; at += 16) {
		__m128i heads = _mm_loadu_si128((const __m128i *)at);
		__m128i tails = _mm_loadu_si128((const __m128i *)(at + last));
		unsigned found = (unsigned)_mm_movemask_epi8(_mm_and_si128(
			_mm_cmpeq_epi8(heads, first_byte), _mm_cmpeq_epi8(tails, last_byte)));
		for (; found; found &= found - 1) {
			char *match = at + __builtin_ctz(found);
			if (!memcmp(match, wanted.at, wanted.size))
				return match;
		}
	}
	for (; at < stop; at++)
		if (!memcmp(at, wanted.at, wanted.size))
			return at;
	return end;
}

zmr_text zmr_take_until(zmr_text *text, const char *any)
{
	char *at = text->at, *end = at + text->size;
	while (at < end && !(*at && strchr(any, *at)))
		at++;
	zmr_text taken = { text->at, (uint32_t)(at - text->at) };
	text->at = at;
	text->size = (uint32_t)(end - at);
	return taken;
}

/* 1 for a-z and A-Z. */
static const unsigned char letters[256] = {
	['a'] = 1, ['b'] = 1, ['c'] = 1, ['d'] = 1, ['e'] = 1, ['f'] = 1, ['g'] = 1, ['h'] = 1,
	['i'] = 1, ['j'] = 1, ['k'] = 1, ['l'] = 1, ['m'] = 1, ['n'] = 1, ['o'] = 1, ['p'] = 1,
	['q'] = 1, ['r'] = 1, ['s'] = 1, ['t'] = 1, ['u'] = 1, ['v'] = 1, ['w'] = 1, ['x'] = 1,
	['y'] = 1, ['z'] = 1, ['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1, ['E'] = 1, ['F'] = 1,
	['G'] = 1, ['H'] = 1, ['I'] = 1, ['J'] = 1, ['K'] = 1, ['L'] = 1, ['M'] = 1, ['N'] = 1,
	['O'] = 1, ['P'] = 1, ['Q'] = 1, ['R'] = 1, ['S'] = 1, ['T'] = 1, ['U'] = 1, ['V'] = 1,
	['W'] = 1, ['X'] = 1, ['Y'] = 1, ['Z'] = 1,
};

int zmr_take_word(zmr_text *text, zmr_text *word)
{
	unsigned char *at = (unsigned char *)text->at, *end = at + text->size;
	while (at < end && !letters[*at])
		at++;
	word->at = (char *)at;
	while (at < end && letters[*at])
		at++;
	word->size = (uint32_t)((char *)at - word->at);
	text->at = (char *)at;
	text->size = (uint32_t)(end - at);
	return word->size > 0;
}

zmr_text zmr_lower(zmr_text text)
{
	for (uint32_t i = 0; i < text.size; i++)
		text.at[i] |= (char)(((unsigned)((unsigned char)text.at[i] - 'A') < 26) << 5);
	return text;
}

uint64_t zmr_number(zmr_text text)
{
	zmr_text rest = text;
	uint64_t number = 0;
	if (!zmr_take_number(&rest, &number) || rest.size)
		zmr_fail("'%.*s' is not a number", (int)(text.size < 80 ? text.size : 80), text.at);
	return number;
}

uint32_t zmr_digits(char digits[ZMR_DIGITS], uint64_t value)
{
	char reversed[ZMR_DIGITS];
	uint32_t count = 0;
	do {
		reversed[count++] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	for (uint32_t i = 0; i < count; i++)
		digits[i] = reversed[count - 1 - i];
	return count;
}

/* So many digits at `at`, or -1. */
static int digits_at(const char *at, int count)
{
	int value = 0;
	for (; count; count--, at++) {
		if ((unsigned)((unsigned char)*at - '0') > 9)
			return -1;
		value = value * 10 + (*at - '0');
	}
	return value;
}

int zmr_log_time(zmr_text text, int64_t *seconds)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const char *at = text.at;
	/* dd/Mon/yyyy:hh:mm:ss +hhmm */
	if (text.size < 26 || at[2] != '/' || at[6] != '/' || at[11] != ':' || at[14] != ':' ||
	    at[17] != ':' || at[20] != ' ' || (at[21] != '+' && at[21] != '-'))
		return 0;
	int month = 0;
	while (month < 12 && memcmp(months + 3 * month, at + 3, 3))
		month++;
	int day = digits_at(at, 2), year = digits_at(at + 7, 4), hour = digits_at(at + 12, 2);
	int minute = digits_at(at + 15, 2), second = digits_at(at + 18, 2);
	int zone_hours = digits_at(at + 22, 2), zone_minutes = digits_at(at + 24, 2);
	if (month == 12 || day < 1 || day > 31 || year < 0 || hour < 0 || minute < 0 || second < 0 ||
	    zone_hours < 0 || zone_minutes < 0)
		return 0;
	/* Days since 1970, with years that begin in March: the leap day comes last. */
	int shifted = year - (month < 2), from_march = (month + 10) % 12;
	int64_t days = (int64_t)365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 +
		       (153 * from_march + 2) / 5 + day - 1 - 719468;
	int64_t zone = (zone_hours * 60 + zone_minutes) * 60;
	*seconds = ((days * 24 + hour) * 60 + minute) * 60 + second - (at[21] == '-' ? -zone : zone);
	return 1;
}
