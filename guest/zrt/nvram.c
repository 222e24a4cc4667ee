/* /dev/nvram: what a program is told at start. Text with [args], [env] and [time]; `\xHH` stands
 * for a byte, `#` starts a comment, double quotes keep blanks and commas (CONTRACT.md, "ZRT").
 * Sections that this library does not know are passed over. */
#include <string.h>
#include "trap.h"
#include "zrt.h"

enum { READ_PIECE = 65536, MAX_TEXT = 1 << 20 };

static char *no_strings[1];

/* The whole channel as one string, or an empty one when there is none. */
static char *text(void)
{
	int channel = zrt_channel("/dev/nvram");
	if (channel < 0)
		return "";
	uint32_t capacity = READ_PIECE, size = 0;
	char *bytes = zrt_allocate(capacity + 1);
	for (;;) {
		int moved = zvm_trap(TRAP_READ, channel, (uint32_t)(bytes + size), capacity - size, size);
		if (moved <= 0)
			break;
		size += moved;
		if (size < capacity)
			continue;
		if (capacity >= MAX_TEXT)
			break;
		char *larger = zrt_allocate(2 * capacity + 1);
		memcpy(larger, bytes, size);
		zrt_munmap((uint32_t)bytes, capacity + 1);
		bytes = larger;
		capacity *= 2;
	}
	bytes[size] = 0;
	return bytes;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Takes the next word in place: up to an unquoted blank or comma. */
static char *word(char **cursor)
{
	char *p = *cursor, *out, *start;
	while (*p == ' ' || *p == '\t' || *p == ',')
		p++;
	if (!*p)
		return 0;
	int quoted = 0;
	for (start = out = p; *p; p++) {
		if (*p == '"') {
			quoted = !quoted;
		} else if (!quoted && (*p == ' ' || *p == '\t' || *p == ',')) {
			p++;
			break;
		} else if (p[0] == '\\' && p[1] == 'x' && hex(p[2]) >= 0 && hex(p[3]) >= 0) {
			*out++ = hex(p[2]) << 4 | hex(p[3]);
			p += 3;
		} else {
			*out++ = *p;
		}
	}
	*cursor = p;
	/* An argument may be empty ("" in the text); p is past out then, so this stays inside. */
	*out = 0;
	return start;
}

/* Room for a string more than there are blanks and commas in the line. */
static char **room(const char *line)
{
	uint32_t count = 2;
	for (; *line; line++)
		count += *line == ' ' || *line == ',' || *line == '\t';
	return zrt_allocate(count * sizeof(char *));
}

static void arguments(struct zrt_nvram *nvram, char *value)
{
	nvram->argv = room(value);
	nvram->argc = 0;
	for (char *next; (next = word(&value));)
		nvram->argv[nvram->argc++] = next;
}

/* `name=N, value=V`: kept as N=V. */
static void environment(struct zrt_nvram *nvram, char *line, char **strings)
{
	char *name = 0, *value = 0;
	for (char *next; (next = word(&line));) {
		if (!strncmp(next, "name=", 5))
			name = next + 5;
		else if (!strncmp(next, "value=", 6))
			value = next + 6;
	}
	if (!name || !value)
		return;
	uint32_t length = strlen(name);
	char *entry = *strings;
	memcpy(entry, name, length);
	entry[length] = '=';
	strcpy(entry + length + 1, value);
	*strings = entry + length + strlen(value) + 2;
	nvram->envp[nvram->envc++] = entry;
}

static int64_t number(const char *digits)
{
	int64_t value = 0;
	while (*digits >= '0' && *digits <= '9' && value < INT64_MAX / 1000000000 / 10)
		value = value * 10 + *digits++ - '0';
	return value;
}

static char *trimmed(char *line)
{
	while (*line == ' ' || *line == '\t')
		line++;
	char *end = line + strlen(line);
	while (end > line && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		*--end = 0;
	return line;
}

/* Cuts an unquoted comment off. */
static void uncomment(char *line)
{
	int quoted = 0;
	for (; *line; line++) {
		if (*line == '"')
			quoted = !quoted;
		if (*line == '#' && !quoted) {
			*line = 0;
			return;
		}
	}
}

void zrt_nvram_read(struct zrt_nvram *nvram)
{
	enum { OTHER, ARGS, ENV, TIME } section = OTHER;
	*nvram = (struct zrt_nvram){ .argv = no_strings, .envp = no_strings };
	char *p = text();
	uint32_t size = strlen(p), lines = 1;
	for (char *c = p; *c; c++)
		lines += *c == '\n';
	if (!size)
		return;
	/* An entry is never longer than its line, which holds `name=`, a comma and `value=` too. */
	char *strings = zrt_allocate(size + lines);
	nvram->envp = zrt_allocate((lines + 1) * sizeof(char *));
	while (p) {
		char *line = p, *end = strchr(p, '\n');
		p = end ? end + 1 : 0;
		if (end)
			*end = 0;
		uncomment(line);
		line = trimmed(line);
		if (!*line)
			continue;
		if (*line == '[') {
			section = !strcmp(line, "[args]") ? ARGS : !strcmp(line, "[env]") ? ENV
				: !strcmp(line, "[time]") ? TIME : OTHER;
			continue;
		}
		char *equals = strchr(line, '=');
		if (!equals)
			continue;
		if (section == ENV) {
			environment(nvram, line, &strings);
		} else if (section == ARGS && !strncmp(line, "args", 4)) {
			arguments(nvram, equals + 1);
		} else if (section == TIME && !strncmp(line, "seconds", 7)) {
			nvram->seconds = number(trimmed(equals + 1));
		}
	}
}
