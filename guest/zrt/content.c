/* The bytes of files: an array of pages that is filled when it is needed. Files of a tarball on a
 * channel that may seek stay there until they are read. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "node.h"
#include "trap.h"

/* No file grows past this: its page table alone would have 16 MiB. */
static const int64_t MAX_SIZE = (int64_t)16 << 30;
/* Pages that one read of a source brings in. */
enum { WINDOW = 16 };

static char *new_pages(uint32_t count)
{
	zrt_long address =
		zrt_mmap(0, count * ZRT_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON);
	return address < 0 ? 0 : (char *)(uint32_t)address;
}

/* Makes the table reach `count` pages. */
static int reach(struct zrt_content *content, uint32_t count)
{
	if (count <= content->page_count)
		return 1;
	uint32_t wanted = content->page_count ? 2 * content->page_count : 4;
	if (wanted < count)
		wanted = count;
	char **pages = zrt_take(wanted * sizeof *pages);
	if (!pages)
		return 0;
	if (content->page_count)
		memcpy(pages, content->pages, content->page_count * sizeof *pages);
	zrt_give(content->pages, content->page_count * sizeof *pages);
	content->pages = pages;
	content->page_count = wanted;
	return 1;
}

/* Reads bytes of the source. The channel's answer may come in pieces. */
static int read_source(struct zrt_content *content, char *to, uint32_t size, int64_t offset)
{
	if (content->bytes) {
		memcpy(to, content->bytes + offset, size);
		return 1;
	}
	while (size) {
		int moved = zvm_trap(TRAP_READ, content->channel, (uint32_t)to, size,
			content->offset + offset);
		if (moved <= 0)
			return 0;
		to += moved;
		offset += moved;
		size -= moved;
	}
	return 1;
}

/* Brings in the missing pages of the window around `index`, with one read. */
static int load(struct zrt_content *content, uint32_t index)
{
	uint32_t first = index, end = index + 1, limit = index / WINDOW * WINDOW + WINDOW;
	uint32_t last = (content->source_size + ZRT_PAGE - 1) / ZRT_PAGE;
	while (end < limit && end < last && (end >= content->page_count || !content->pages[end]))
		end++;
	if (!reach(content, end))
		return 0;
	char *pages = new_pages(end - first);
	if (!pages)
		return 0;
	int64_t start = (int64_t)first * ZRT_PAGE, stop = (int64_t)end * ZRT_PAGE;
	if (stop > content->source_size)
		stop = content->source_size;
	if (!read_source(content, pages, stop - start, start)) {
		zrt_munmap((uint32_t)pages, (end - first) * ZRT_PAGE);
		return 0;
	}
	for (uint32_t i = first; i < end; i++)
		content->pages[i] = pages + (i - first) * ZRT_PAGE;
	return 1;
}

static int in_source(const struct zrt_content *content, uint32_t index)
{
	return (int64_t)index * ZRT_PAGE < content->source_size;
}

char *zrt_content_page(struct zrt_node *node, uint32_t index)
{
	struct zrt_content *content = &node->content;
	if (index < content->page_count && content->pages[index])
		return content->pages[index];
	if (in_source(content, index))
		return load(content, index) ? content->pages[index] : 0;
	if (!reach(content, index + 1))
		return 0;
	return content->pages[index] = new_pages(1);
}

zrt_long zrt_content_read(struct zrt_node *node, void *buffer, uint32_t size, int64_t offset)
{
	struct zrt_content *content = &node->content;
	if (offset >= node->size)
		return 0;
	if (size > node->size - offset)
		size = node->size - offset;
	for (uint32_t done = 0; done < size;) {
		uint32_t index = (offset + done) / ZRT_PAGE, within = (offset + done) % ZRT_PAGE;
		uint32_t count = ZRT_PAGE - within < size - done ? ZRT_PAGE - within : size - done;
		char *page = index < content->page_count ? content->pages[index] : 0;
		if (!page && in_source(content, index) && !(page = zrt_content_page(node, index)))
			return done ? (zrt_long)done : -EIO;
		if (page)
			memcpy((char *)buffer + done, page + within, count);
		else
			memset((char *)buffer + done, 0, count);
		done += count;
	}
	return size;
}

zrt_long zrt_content_write(struct zrt_node *node, const void *buffer, uint32_t size, int64_t offset)
{
	if (offset > MAX_SIZE - size)
		return -EFBIG;
	uint32_t done = 0;
	while (done < size) {
		uint32_t index = (offset + done) / ZRT_PAGE, within = (offset + done) % ZRT_PAGE;
		uint32_t count = ZRT_PAGE - within < size - done ? ZRT_PAGE - within : size - done;
		char *page = zrt_content_page(node, index);
		if (!page)
			break;
		memcpy(page + within, (const char *)buffer + done, count);
		done += count;
	}
	if (done && node->size < offset + done)
		node->size = offset + done;
	return done || !size ? (zrt_long)done : -ENOSPC;
}

static void free_page(struct zrt_content *content, uint32_t index)
{
	if (!content->pages[index])
		return;
	if (content->mappings) {
		/* Somebody has it mapped: it stays, empty. */
		memset(content->pages[index], 0, ZRT_PAGE);
		return;
	}
	zrt_munmap((uint32_t)content->pages[index], ZRT_PAGE);
	content->pages[index] = 0;
}

zrt_long zrt_content_resize(struct zrt_node *node, int64_t size)
{
	struct zrt_content *content = &node->content;
	if (size < 0)
		return -EINVAL;
	if (size > MAX_SIZE)
		return -EFBIG;
	if (size < node->size) {
		uint32_t kept = (size + ZRT_PAGE - 1) / ZRT_PAGE, within = size % ZRT_PAGE;
		for (uint32_t i = kept; i < content->page_count; i++)
			free_page(content, i);
		/* What the file may grow over again must be zeros. */
		if (within && kept - 1 < content->page_count && content->pages[kept - 1])
			memset(content->pages[kept - 1] + within, 0, ZRT_PAGE - within);
		if (content->source_size > size)
			content->source_size = size;
	}
	node->size = size;
	return 0;
}

void zrt_content_drop(struct zrt_node *node, int64_t offset)
{
	struct zrt_content *content = &node->content;
	/* From the top down to the first that is gone: all below it went before. */
	for (uint32_t i = offset / ZRT_PAGE; i > 0 && i <= content->page_count; i--) {
		if (!content->pages[i - 1])
			break;
		free_page(content, i - 1);
	}
}

void zrt_content_free(struct zrt_node *node)
{
	struct zrt_content *content = &node->content;
	for (uint32_t i = 0; i < content->page_count; i++)
		free_page(content, i);
	zrt_give(content->pages, content->page_count * sizeof *content->pages);
	*content = (struct zrt_content){ 0 };
}
