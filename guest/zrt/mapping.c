/* Mappings of files. A private one is a copy. A shared one is the file's own pages, gathered in one
 * piece of memory: what is written through it is in the file at once, and the other way round. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include "node.h"

struct shared {
	struct shared *next;
	struct zrt_node *node;
	uint32_t address, pages, first;	/* first: page of the file */
	int writes;
};

static struct shared *mappings;

static zrt_long anonymous(uint32_t size)
{
	return zrt_mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON);
}

static zrt_long copy(struct zrt_node *node, uint32_t address, uint32_t size, int64_t offset)
{
	while (size) {
		zrt_long moved = node->kind == ZRT_REGULAR
			? zrt_content_read(node, (void *)address, size, offset)
			: zrt_device_read(node, (void *)address, size, offset);
		if (moved < 0)
			return moved;
		if (!moved)
			break; /* the rest of the mapping is zeros */
		address += moved;
		offset += moved;
		size -= moved;
	}
	return 0;
}

/* Whether the pages already lie one behind the other, as a mapping before left them. */
static char *in_one_piece(struct zrt_node *node, uint32_t first, uint32_t count)
{
	char *start = zrt_content_page(node, first);
	for (uint32_t i = 1; start && i < count; i++)
		if (zrt_content_page(node, first + i) != start + i * ZRT_PAGE)
			return 0;
	return start;
}

static zrt_long share(struct zrt_node *node, uint32_t size, int64_t offset, int writes)
{
	uint32_t count = (size + ZRT_PAGE - 1) / ZRT_PAGE, first = offset / ZRT_PAGE;
	struct shared *mapping = zrt_take(sizeof *mapping);
	if (!mapping)
		return -ENOMEM;
	char *start = in_one_piece(node, first, count);
	if (!start && node->content.mappings) {
		/* The pages cannot move: another mapping has them. */
		zrt_give(mapping, sizeof *mapping);
		return -ENOMEM;
	}
	if (!start) {
		zrt_long address = anonymous(count * ZRT_PAGE);
		for (uint32_t i = 0; address >= 0 && i < count; i++)
			if (!zrt_content_page(node, first + i))
				address = -ENOMEM;
		if (address < 0) {
			zrt_give(mapping, sizeof *mapping);
			return address;
		}
		start = (char *)(uint32_t)address;
		for (uint32_t i = 0; i < count; i++) {
			char **page = &node->content.pages[first + i];
			memcpy(start + i * ZRT_PAGE, *page, ZRT_PAGE);
			zrt_munmap((uint32_t)*page, ZRT_PAGE);
			*page = start + i * ZRT_PAGE;
		}
	}
	*mapping = (struct shared){ mappings, node, (uint32_t)start, count, first, writes };
	mappings = mapping;
	node->content.mappings++;
	zrt_node_hold(node);
	return (uint32_t)start;
}

zrt_long zrt_map(uint32_t hint, uint32_t size, int protection, int flags, int fd, int64_t offset)
{
	if (flags & MAP_ANON)
		return zrt_mmap(hint, size, protection, flags);
	struct zrt_open_file *file = zrt_file(fd);
	if (!file)
		return -EBADF;
	struct zrt_node *node = file->node;
	int shared = (flags & MAP_TYPE) != MAP_PRIVATE, writes = protection & PROT_WRITE;
	if (!size || offset < 0 || offset % ZRT_PAGE)
		return -EINVAL;
	if (protection & PROT_EXEC || ZRT_ACCESS(file->flags) == O_WRONLY ||
	    (shared && writes && ZRT_ACCESS(file->flags) != O_RDWR))
		return -EACCES;
	if (node->kind == ZRT_DIRECTORY || node->kind == ZRT_FIFO || !zrt_device_seekable(node))
		return -ENODEV;
	if (size > 0u - ZRT_PAGE || (offset >> 32) >= 4)
		return -ENOMEM;
	if (shared && node->kind == ZRT_REGULAR)
		return flags & MAP_FIXED ? -EINVAL : share(node, size, offset, writes != 0);
	if (shared && writes)
		return -ENODEV; /* a channel is not memory */
	zrt_long address = zrt_mmap(hint, size, PROT_READ | PROT_WRITE, flags | MAP_ANON);
	if (address < 0)
		return address;
	zrt_long error = copy(node, address, size, offset);
	if (error < 0) {
		zrt_munmap(address, size);
		return error;
	}
	return address;
}

/* What was written through a mapping shows in the file's times when the mapping is synced or ends. */
static void touch(const struct shared *mapping)
{
	if (mapping->writes)
		mapping->node->modified = zrt_change(mapping->node);
}

void zrt_sync_all(void)
{
	for (struct shared *mapping = mappings; mapping; mapping = mapping->next)
		touch(mapping);
}

zrt_long zrt_sync(uint32_t address)
{
	for (struct shared *mapping = mappings; mapping; mapping = mapping->next)
		if (address - mapping->address < mapping->pages * ZRT_PAGE)
			touch(mapping);
	return address % ZRT_PAGE ? -EINVAL : 0;
}

/* The pages of a shared mapping stay the file's: they are freed with the file. */
zrt_long zrt_unmap(uint32_t address, uint32_t size)
{
	uint32_t pages = size / ZRT_PAGE + (size % ZRT_PAGE != 0), end = address + pages * ZRT_PAGE;
	for (struct shared **link = &mappings; *link;) {
		struct shared *mapping = *link;
		uint32_t start = mapping->address, stop = start + mapping->pages * ZRT_PAGE;
		if (end <= start || stop <= address) {
			link = &mapping->next;
			continue;
		}
		/* Only whole: a part that is unmapped stays readable. */
		if (address > start || end < stop)
			return 0;
		*link = mapping->next;
		touch(mapping);
		mapping->node->content.mappings--;
		zrt_node_release(mapping->node);
		zrt_give(mapping, sizeof *mapping);
		if (address == start && end == stop)
			return 0;
		/* More than this mapping: what is before and behind it. */
		if (address < start)
			zrt_unmap(address, start - address);
		if (stop < end)
			zrt_unmap(stop, end - stop);
		return 0;
	}
	return zrt_munmap(address, size);
}

int zrt_is_shared(uint32_t address)
{
	for (struct shared *mapping = mappings; mapping; mapping = mapping->next)
		if (address - mapping->address < mapping->pages * ZRT_PAGE)
			return 1;
	return 0;
}
