/* /dev/nvram: what a program is told at start. Sections [args], [env], [fstab], [mapping], [time],
 * [user], [debug] and [precache], with `key=value, key=value` in a line; `\xHH` stands for a byte, `#`
 * starts a comment, double quotes keep blanks, commas and # (CONTRACT.md, "ZRT"). What is not
 * understood ends the session, with its line. */
#include <errno.h>
#include <string.h>
#include "nvram.h"
#include "trap.h"

enum { READ_PIECE = 65536, MAX_TEXT = 16 << 20 };

static char *no_strings[1];
static int line_number;

static __attribute__((noreturn)) void fail(const char *rule)
{
	zrt_say_text("/dev/nvram: line ");
	zrt_say_number(line_number);
	zrt_say_text(": ");
	zrt_say_text(rule);
	zrt_say_text("\n");
	zrt_exit(EINVAL);
}

/* The whole channel as one string, or an empty one when there is none. */
static char *text(void)
{
	int channel = zrt_channel("/dev/nvram");
	if (channel < 0)
		return 0;
	uint32_t capacity = READ_PIECE, size = 0;
	char *bytes = zrt_need(capacity + 1);
	for (;;) {
		int moved = zvm_trap(TRAP_READ, channel, (uint32_t)(bytes + size), capacity - size, size);
		if (moved < 0)
			fail("it cannot be read");
		if (!moved)
			break;
		size += moved;
		if (size < capacity)
			continue;
		if (capacity >= MAX_TEXT)
			fail("more than 16 MiB of text");
		char *larger = zrt_need(2 * capacity + 1);
		memcpy(larger, bytes, size);
		zrt_give(bytes, capacity + 1);
		bytes = larger;
		capacity *= 2;
	}
	if (memchr(bytes, 0, size))
		fail("a NUL in the text");
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

static int separates(char c) { return c == ' ' || c == '\t' || c == ','; }

/* Takes the next word in place: up to an unquoted blank or comma. */
static char *word(char **cursor)
{
	char *p = *cursor, *out, *start;
	while (separates(*p))
		p++;
	if (!*p)
		return 0;
	int quoted = 0;
	for (start = out = p; *p; p++) {
		if (*p == '"') {
			quoted = !quoted;
		} else if (!quoted && separates(*p)) {
			p++;
			break;
		} else if (p[0] == '\\' && p[1] == 'x') {
			if (hex(p[2]) < 0 || hex(p[3]) < 0)
				fail("\\x without two hexadecimal digits");
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

static void arguments(struct zrt_nvram *nvram, char *line)
{
	uint32_t count = 2;
	if (strncmp(line, "args", 4) || !(line = strchr(line, '=')))
		fail("[args] takes: args = WORD WORD…");
	line++;
	for (const char *p = line; *p; p++)
		count += separates(*p);
	nvram->argv = zrt_need(count * sizeof(char *));
	nvram->argc = 0;
	for (char *next; (next = word(&line));)
		nvram->argv[nvram->argc++] = next;
}

/* Takes `key=value` words of a line apart; every key must be one of these and be there, unless it
 * begins with `?`. */
static void fields(char *line, const char *const *keys, char **values, int count, const char *rule)
{
	for (int i = 0; i < count; i++)
		values[i] = 0;
	for (char *next; (next = word(&line));) {
		int i = 0;
		for (; i < count; i++) {
			const char *key = keys[i] + (*keys[i] == '?');
			uint32_t length = strlen(key);
			if (!strncmp(next, key, length) && next[length] == '=') {
				values[i] = next + length + 1;
				break;
			}
		}
		if (i == count)
			fail(rule);
	}
	for (int i = 0; i < count; i++)
		if (!values[i] && *keys[i] != '?')
			fail(rule);
}

/* `name=N, value=V`: kept as N=V. */
static void environment(struct zrt_nvram *nvram, char *line)
{
	static const char *const keys[] = { "name", "value" };
	char *values[2];
	fields(line, keys, values, 2, "[env] takes: name=NAME, value=VALUE");
	uint32_t length = strlen(values[0]), size = strlen(values[1]);
	if (!length || strchr(values[0], '='))
		fail("a variable's name is empty or has = in it");
	char *entry = zrt_need(length + size + 2);
	memcpy(entry, values[0], length);
	entry[length] = '=';
	strcpy(entry + length + 1, values[1]);
	nvram->envp[nvram->envc++] = entry;
}

static int yes(const char *value, const char *rule)
{
	if (strcmp(value, "yes") && strcmp(value, "no"))
		fail(rule);
	return *value == 'y';
}

static const char precache_rule[] = "[precache] takes: precache=yes, no or late";

static int precache(const char *value)
{
	return strcmp(value, "late") ? yes(value, precache_rule) : PRECACHE_LATE;
}

static int channel_of(const char *name)
{
	int channel = zrt_channel(name);
	if (channel < 0)
		fail("there is no such channel");
	return channel;
}

static void mount(struct zrt_nvram *nvram, char *line)
{
	static const char rule[] =
		"[fstab] takes: channel=/dev/…, mountpoint=/…, access=ro, wo or kept, removable=yes or no";
	static const char *const keys[] = { "channel", "mountpoint", "access", "?removable" };
	char *values[4];
	fields(line, keys, values, 4, rule);
	enum zrt_mount_access access = ZRT_MOUNT_READ;
	if (!strcmp(values[2], "wo"))
		access = ZRT_MOUNT_SAVE;
	else if (!strcmp(values[2], "kept"))
		access = ZRT_MOUNT_KEPT;
	else if (strcmp(values[2], "ro"))
		fail(rule);
	if (*values[1] != '/')
		fail(rule);
	nvram->mounts[nvram->mount_count++] = (struct zrt_mount){
		.channel = channel_of(values[0]), .path = values[1], .access = access,
		.removable = values[3] ? yes(values[3], rule) : 0 };
}

static void mapping(struct zrt_nvram *nvram, char *line)
{
	static const char rule[] = "[mapping] takes: channel=/dev/…, mode=file, pipe or char";
	static const char *const keys[] = { "channel", "mode" };
	static const char *const modes[] = { "file", "pipe", "char" };
	char *values[2];
	int mode = 0;
	fields(line, keys, values, 2, rule);
	while (mode < 3 && strcmp(values[1], modes[mode]))
		mode++;
	if (mode == 3)
		fail(rule);
	nvram->modes[nvram->mode_count++] =
		(struct zrt_mode){ .channel = channel_of(values[0]), .type = mode };
}

static int64_t number(const char *digits, const char *rule)
{
	int64_t value = 0;
	if (!*digits)
		fail(rule);
	for (; *digits; digits++) {
		if (*digits < '0' || *digits > '9' || value > 900000000)
			fail(rule);
		value = value * 10 + *digits - '0';
	}
	return value;
}

/* Sections with one key. */
static char *only(char *line, const char *key, const char *rule)
{
	char *value;
	/* `seconds = 5` is `seconds=5`. */
	char *equals = strchr(line, '='), *end = equals;
	if (!equals)
		fail(rule);
	while (end > line && separates(end[-1]))
		end--;
	memmove(end, equals, strlen(equals) + 1);
	for (equals = end + 1; separates(*equals);)
		equals++;
	memmove(end + 1, equals, strlen(equals) + 1);
	fields(line, &key, &value, 1, rule);
	return value;
}

/* `uid=N, gid=N, umask=OCTAL` */
static void user(struct zrt_nvram *nvram, char *line)
{
	static const char rule[] = "[user] takes: uid=NUMBER, gid=NUMBER, umask=0…0777";
	static const char *const keys[] = { "uid", "gid", "umask" };
	char *values[3];
	fields(line, keys, values, 3, rule);
	/* -1 would mean "leave it" to chown. */
	int64_t uid = number(values[0], rule), gid = number(values[1], rule);
	if (uid >= UINT32_MAX || gid >= UINT32_MAX)
		fail(rule);
	nvram->user = uid;
	nvram->group = gid;
	nvram->mask = 0;
	for (const char *digit = values[2]; *digit; digit++) {
		if (*digit < '0' || *digit > '7' || nvram->mask > 077)
			fail(rule);
		nvram->mask = nvram->mask << 3 | (*digit - '0');
	}
	if (!*values[2])
		fail(rule);
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
	if (quoted)
		fail("a quote that is not closed");
}

static void take(struct zrt_nvram *nvram, char section, char *line)
{
	switch (section) {
	case 'a': arguments(nvram, line); break;
	case 'e': environment(nvram, line); break;
	case 'f': mount(nvram, line); break;
	case 'm': mapping(nvram, line); break;
	case 't': nvram->seconds = number(only(line, "seconds", "[time] takes: seconds=NUMBER"),
		"[time] takes: seconds=NUMBER, below 9000000000"); break;
	case 'u': user(nvram, line); break;
	case 'd': nvram->verbosity = number(only(line, "verbosity", "[debug] takes: verbosity=NUMBER"),
		"[debug] takes: verbosity=NUMBER"); break;
	case 'p': nvram->precache = precache(only(line, "precache", precache_rule)); break;
	default: fail("a line before the first section");
	}
}

void zrt_nvram_read(struct zrt_nvram *nvram)
{
	static const char *const sections[] = { "[args]", "[env]", "[fstab]", "[mapping]", "[time]",
		"[user]", "[debug]", "[precache]" };
	*nvram = (struct zrt_nvram){ .argv = no_strings, .envp = no_strings, .user = 1000,
		.group = 1000, .mask = 022 };
	char *p = text(), section = 0;
	uint32_t lines = 1;
	if (!p)
		return;
	for (char *c = p; *c; c++)
		lines += *c == '\n';
	nvram->envp = zrt_need((lines + 1) * sizeof(char *));
	nvram->mounts = zrt_need(lines * sizeof *nvram->mounts);
	nvram->modes = zrt_need(lines * sizeof *nvram->modes);
	for (line_number = 1; p; line_number++) {
		char *line = p, *end = strchr(p, '\n');
		p = end ? end + 1 : 0;
		if (end)
			*end = 0;
		uncomment(line);
		line = trimmed(line);
		if (!*line)
			continue;
		if (*line == '[') {
			uint32_t i = 0;
			while (i < sizeof sections / sizeof *sections && strcmp(line, sections[i]))
				i++;
			if (i == sizeof sections / sizeof *sections)
				fail("an unknown section");
			section = sections[i][1];
			continue;
		}
		take(nvram, section, line);
	}
}
