/* Nodes and directories. A directory keeps its entries twice: sorted by name, to find them, and in
 * the order in which they were made, which is the order of readdir. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include "node.h"

struct zrt_node *zrt_root;
static uint32_t last_number;

struct zrt_node *zrt_node_new(enum zrt_kind kind, uint32_t mode)
{
	struct zrt_node *node = zrt_take(sizeof *node);
	if (!node)
		return 0;
	node->kind = kind;
	node->mode = mode;
	node->uid = zrt_user;
	node->gid = zrt_group;
	node->number = ++last_number;
	node->accessed = node->modified = node->changed = zrt_clock_nanoseconds();
	if (kind == ZRT_DIRECTORY)
		node->directory.next_cookie = 3; /* 1 and 2 are . and .. */
	return node;
}

void zrt_node_hold(struct zrt_node *node) { node->references++; }

static void free_if_unused(struct zrt_node *node)
{
	if (node->links || node->references)
		return;
	switch (node->kind) {
	case ZRT_REGULAR:
	case ZRT_FIFO: zrt_content_free(node); break;
	case ZRT_LINK: zrt_give(node->target, node->size + 1); break;
	case ZRT_DIRECTORY:
		if (node->directory.removed)
			zrt_node_release(node->directory.parent);
		zrt_give(node->directory.sorted,
			node->directory.capacity * sizeof *node->directory.sorted);
		break;
	default: break;
	}
	zrt_give(node, sizeof *node);
}

void zrt_node_release(struct zrt_node *node)
{
	node->references--;
	free_if_unused(node);
}

static int compare(const char *name, uint32_t length, const struct zrt_entry *entry)
{
	uint32_t common = length < entry->length ? length : entry->length;
	int order = memcmp(name, entry->name, common);
	return order ? order : length < entry->length ? -1 : length > entry->length;
}

/* Index of the first entry that is not below the name. */
static uint32_t lower_bound(const struct zrt_directory *directory, const char *name,
	uint32_t length)
{
	uint32_t low = 0, high = directory->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (compare(name, length, directory->sorted[middle]) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct zrt_entry *zrt_find(struct zrt_node *node, const char *name, uint32_t length)
{
	struct zrt_directory *directory = &node->directory;
	uint32_t index = lower_bound(directory, name, length);
	if (index == directory->count || compare(name, length, directory->sorted[index]))
		return 0;
	return directory->sorted[index];
}

static int grow(struct zrt_directory *directory)
{
	uint32_t capacity = directory->capacity ? 2 * directory->capacity : 4;
	struct zrt_entry **sorted = zrt_take(capacity * sizeof *sorted);
	if (!sorted)
		return 0;
	if (directory->count)
		memcpy(sorted, directory->sorted, directory->count * sizeof *sorted);
	zrt_give(directory->sorted, directory->capacity * sizeof *sorted);
	directory->sorted = sorted;
	directory->capacity = capacity;
	return 1;
}

zrt_long zrt_enter(struct zrt_node *parent, const char *name, uint32_t length,
	struct zrt_node *node)
{
	struct zrt_directory *directory = &parent->directory;
	if (directory->count == directory->capacity && !grow(directory))
		return -ENOSPC;
	struct zrt_entry *entry = zrt_take(sizeof *entry + length + 1);
	if (!entry)
		return -ENOSPC;
	entry->node = node;
	entry->length = length;
	memcpy(entry->name, name, length);
	entry->cookie = directory->next_cookie++;
	uint32_t index = lower_bound(directory, name, length);
	memmove(directory->sorted + index + 1, directory->sorted + index,
		(directory->count - index) * sizeof *directory->sorted);
	directory->sorted[index] = entry;
	directory->count++;
	entry->previous = directory->last;
	if (directory->last)
		directory->last->next = entry;
	else
		directory->first = entry;
	directory->last = entry;
	node->links++;
	if (node->kind == ZRT_DIRECTORY) {
		if (node->links == 1)
			node->links = 2; /* its own `.` */
		node->directory.parent = parent;
		parent->links++;
	}
	parent->modified = parent->changed = zrt_change(node);
	return 0;
}

void zrt_remove(struct zrt_node *parent, struct zrt_entry *entry)
{
	struct zrt_directory *directory = &parent->directory;
	struct zrt_node *node = entry->node;
	uint32_t index = lower_bound(directory, entry->name, entry->length);
	memmove(directory->sorted + index, directory->sorted + index + 1,
		(--directory->count - index) * sizeof *directory->sorted);
	*(entry->previous ? &entry->previous->next : &directory->first) = entry->next;
	*(entry->next ? &entry->next->previous : &directory->last) = entry->previous;
	zrt_give(entry, sizeof *entry + entry->length + 1);
	parent->modified = parent->changed = zrt_change(node);
	node->links--;
	if (node->kind == ZRT_DIRECTORY) {
		node->links = 0;
		node->directory.removed = 1;
		zrt_node_hold(parent);
		parent->links--;
	}
	free_if_unused(node);
}
