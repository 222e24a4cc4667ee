/* Log-field parsing: one MiB of access-log lines; method, status, bytes and path depth of each. */
#include "kernel.h"

enum { SIZE = 1 << 20 };
static char text[SIZE + 256];
static size_t length;

void kernel_start(void)
{
	static const char *const methods[] = { "GET", "POST", "HEAD", "PUT" };
	static const char *const paths[] = {
		"/", "/index.html", "/images/logo.png", "/api/v1/users/17/orders", "/search?q=swift&page=2",
	};
	static const int codes[] = { 200, 200, 200, 304, 404, 500, 301 };
	uint32_t seed = 3;
	while (length < SIZE) {
		uint32_t r = random_next(&seed), s = random_next(&seed);
		length += sprintf(text + length,
			"%u.%u.%u.%u - - [%02u/Nov/2026:%02u:%02u:%02u +0000] \"%s %s HTTP/1.1\" %d %u \"-\" \"agent/%u\"\n",
			(unsigned)(r & 255), (unsigned)(r >> 8 & 255), (unsigned)(r >> 16 & 255), (unsigned)(r >> 24),
			(unsigned)(s % 30 + 1), (unsigned)(s >> 8) % 24, (unsigned)(s >> 12) % 60,
			(unsigned)(s >> 16) % 60, methods[r % 4], paths[s % 5], codes[(s >> 4) % 7],
			(unsigned)(s >> 10) % 100000, (unsigned)(r % 40));
	}
}

struct line {
	uint32_t address, status, bytes, depth, hour;
	char method;
};

static inline const char *skip_to(const char *p, const char *end, char wanted)
{
	while (p < end && *p != wanted)
		p++;
	return p < end ? p + 1 : end;
}

static inline const char *number(const char *p, const char *end, uint32_t *value)
{
	uint32_t n = 0;
	while (p < end && *p >= '0' && *p <= '9')
		n = n * 10 + (*p++ - '0');
	*value = n;
	return p;
}

static const char *parse(const char *p, const char *end, struct line *line)
{
	uint32_t part;
	line->address = 0;
	for (int i = 0; i < 4; i++) {
		p = number(p, end, &part);
		line->address = line->address << 8 | part;
		p++;
	}
	p = skip_to(p, end, '[');
	p = skip_to(p, end, ':');
	p = number(p, end, &line->hour);
	p = skip_to(p, end, '"');
	line->method = *p;
	p = skip_to(p, end, ' ');
	line->depth = 0;
	while (p < end && *p != ' ')
		line->depth += *p++ == '/';
	p = skip_to(p, end, '"');
	p = number(p + 1, end, &line->status);
	p = number(p + 1, end, &line->bytes);
	return skip_to(p, end, '\n');
}

uint32_t kernel_run(unsigned repetition)
{
	static uint32_t count_of[1024], bytes_of[1024];
	uint32_t depth = 0, hours = 0, hash = repetition;
	memset(count_of, 0, sizeof count_of);
	memset(bytes_of, 0, sizeof bytes_of);
	const char *p = text, *end = text + length;
	while (p < end) {
		struct line line;
		p = parse(p, end, &line);
		count_of[line.status & 1023]++;
		bytes_of[line.status & 1023] += line.bytes;
		depth += line.depth, hours += line.hour;
		hash = hash * 31 + line.address + line.method;
	}
	for (int i = 0; i < 1024; i++)
		hash = hash * 31 + count_of[i] * 7 + bytes_of[i];
	return hash + depth + hours;
}
