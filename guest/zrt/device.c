/* What stands in /dev: the session's channels, and null, zero, full, random and urandom. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include "node.h"
#include "trap.h"

static const struct zvm_channel *channel(int number) { return &ZVM_MANIFEST->channels[number]; }

int zrt_device_seekable(const struct zrt_node *node)
{
	return node->kind != ZRT_CHANNEL || channel(node->channel)->type != CHANNEL_SEQUENTIAL;
}

/* What has to do with a channel that is another one in each copy of a template makes the session one
 * first: the standard three, and whatever can be written. Others are taken to be the same for all. */
static void settle(int number)
{
	if (number < 3 || channel(number)->limits[LIMIT_PUTS] > 0)
		zrt_settle();
}

int64_t zrt_size(const struct zrt_node *node)
{
	if (node->kind == ZRT_CHANNEL) {
		settle(node->channel);
		/* What the program wrote behind the end that it had at the start. */
		int64_t size = channel(node->channel)->size;
		return node->size > size ? node->size : size;
	}
	return node->kind == ZRT_DIRECTORY ? ZRT_PAGE
		: node->kind == ZRT_FIFO ? node->size - node->content.taken : node->size;
}

/* The trap moves at most INT_MAX bytes a call. */
static uint32_t clamp(uint32_t size) { return size > 1u << 30 ? 1u << 30 : size; }

zrt_long zrt_device_read(struct zrt_node *node, void *buffer, uint32_t size, int64_t offset)
{
	switch (node->kind) {
	case ZRT_CHANNEL:
		settle(node->channel);
		return zvm_trap(TRAP_READ, node->channel, (uint32_t)buffer, clamp(size), offset);
	case ZRT_ZERO:
	case ZRT_FULL: memset(buffer, 0, size); return size;
	case ZRT_RANDOM: zrt_random(buffer, size); return size;
	default: return 0;
	}
}

zrt_long zrt_device_write(struct zrt_node *node, const void *buffer, uint32_t size, int64_t offset)
{
	if (node->kind == ZRT_FULL)
		return size ? -ENOSPC : 0;
	if (node->kind != ZRT_CHANNEL)
		return size;
	settle(node->channel);
	zrt_long moved = zvm_trap(TRAP_WRITE, node->channel, (uint32_t)buffer, clamp(size), offset);
	if (moved == -EPIPE)
		zrt_raise_pipe();
	int type = channel(node->channel)->type;
	if (moved > 0 && (type == CHANNEL_RANDOM || type == CHANNEL_RANDOM_WRITE) && offset + moved > node->size)
		node->size = offset + moved;
	return moved;
}

static uint32_t permissions(const struct zvm_channel *c)
{
	uint32_t bits = 0;
	if (c->limits[LIMIT_GETS] > 0 && c->limits[LIMIT_GET_BYTES] > 0)
		bits |= 0444;
	if (c->limits[LIMIT_PUTS] > 0 && c->limits[LIMIT_PUT_BYTES] > 0)
		bits |= 0222;
	return bits;
}

/* Makes the directories above a name of /dev; answers the last one. */
static struct zrt_node *directories(const char *path, const char **name)
{
	struct zrt_node *at = zrt_root;
	for (;;) {
		path += strspn(path, "/");
		uint32_t length = strcspn(path, "/");
		if (!path[length]) {
			*name = path;
			return at;
		}
		struct zrt_entry *entry = zrt_find(at, path, length);
		struct zrt_node *next = entry ? entry->node : 0;
		if (!next) {
			next = zrt_node_new(ZRT_DIRECTORY, S_IFDIR | 0755);
			if (!next || zrt_enter(at, path, length, next) < 0)
				zrt_exit(ENOMEM);
		}
		if (next->kind != ZRT_DIRECTORY)
			return 0;
		if (at->directory.sealed || (at == zrt_root && length == 3 && !memcmp(path, "dev", 3)))
			next->directory.sealed = 1;
		at = next;
		path += length;
	}
}

/* Channels 0, 1 and 2, whatever their names. */
struct zrt_node *zrt_standard[3];

static void add(const char *path, enum zrt_kind kind, uint32_t mode, int number)
{
	const char *name = "";
	struct zrt_node *parent = directories(path, &name);
	uint32_t length = strlen(name);
	struct zrt_node *node = zrt_node_new(kind, mode);
	if (!node)
		zrt_exit(ENOMEM);
	node->channel = number;
	if (kind == ZRT_CHANNEL && number < 3)
		zrt_standard[number] = node;
	/* An alias that is no path, or is there already, has no name that could be opened. */
	if (!parent || !length || length > 255 || zrt_find(parent, name, length) ||
	    !strcmp(name, ".") || !strcmp(name, ".."))
		return;
	if (zrt_enter(parent, name, length, node) < 0)
		zrt_exit(ENOMEM);
}

void zrt_devices_start(void)
{
	const struct zvm_manifest *manifest = ZVM_MANIFEST;
	for (int i = 0; i < manifest->channel_count; i++) {
		const struct zvm_channel *c = channel(i);
		uint32_t type = c->type == CHANNEL_SEQUENTIAL ? S_IFCHR : S_IFBLK;
		add(c->name, ZRT_CHANNEL, type | permissions(c), i);
	}
	add("/dev/null", ZRT_NULL, S_IFCHR | 0666, 0);
	/* Where shm_open and sem_open make their files: the one folder of /dev that is not sealed. */
	struct zrt_entry *dev = zrt_find(zrt_root, "dev", 3);
	struct zrt_node *shared = zrt_node_new(ZRT_DIRECTORY, S_IFDIR | 01777);
	if (!shared || (dev && !zrt_find(dev->node, "shm", 3) &&
		zrt_enter(dev->node, "shm", 3, shared) < 0))
		zrt_exit(ENOMEM);
	add("/dev/zero", ZRT_ZERO, S_IFCHR | 0666, 0);
	add("/dev/full", ZRT_FULL, S_IFCHR | 0666, 0);
	add("/dev/random", ZRT_RANDOM, S_IFCHR | 0666, 0);
	add("/dev/urandom", ZRT_RANDOM, S_IFCHR | 0666, 0);
}

int zrt_channel(const char *name)
{
	const struct zvm_manifest *manifest = ZVM_MANIFEST;
	for (int i = 0; i < manifest->channel_count; i++)
		if (!strcmp(manifest->channels[i].name, name))
			return i;
	return -1;
}
