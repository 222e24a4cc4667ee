/* The in-memory file system's records: nodes (what an inode is elsewhere) and directory entries. */
#ifndef ZRT_NODE_H
#define ZRT_NODE_H
#include "zrt.h"

enum zrt_kind {
	ZRT_REGULAR, ZRT_DIRECTORY, ZRT_LINK, ZRT_FIFO,
	/* Devices: never removed, renamed or replaced. */
	ZRT_CHANNEL, ZRT_NULL, ZRT_ZERO, ZRT_FULL, ZRT_RANDOM,
};

/* The bytes of a regular file or a FIFO: pages of ZRT_PAGE bytes. A page that is not there reads
 * as what the source holds at its place, and as zeros past the source's end. */
struct zrt_content {
	char **pages;
	uint32_t page_count;	/* length of `pages` */
	uint32_t mappings;	/* shared mappings: while there is one, pages must stay where they are */
	const char *bytes;	/* source: memory, or else ... */
	int32_t channel;	/* ... a channel, from `offset` on */
	int64_t offset;
	int64_t source_size;	/* 0: no source */
	/* FIFOs */
	int64_t taken;		/* bytes read so far */
	uint32_t readers, writers;
};

struct zrt_entry {
	struct zrt_node *node;
	struct zrt_entry *previous, *next;
	uint32_t cookie;	/* place in the order of readdir: creation order, never reused */
	uint32_t length;
	char name[];
};

struct zrt_directory {
	struct zrt_node *parent;	/* itself for the root; `..` of a removed one still leads there */
	int removed;
	struct zrt_entry **sorted;	/* by name */
	uint32_t count, capacity;
	struct zrt_entry *first, *last;	/* in creation order */
	uint32_t next_cookie;
	int sealed;	/* /dev: only start-up adds entries */
};

struct zrt_node {
	enum zrt_kind kind;
	uint32_t mode;	/* with the file type, as stat shows it */
	uint32_t uid, gid;
	uint32_t links;
	uint32_t references;	/* open files, mappings, the working directory */
	uint32_t number;
	int64_t size;
	int64_t accessed, modified, changed;	/* nanoseconds */
	int as_loaded;	/* name, content and status are what a tarball said */
	union {
		struct zrt_content content;
		struct zrt_directory directory;
		char *target;
		int channel;
	};
};

/* A change of the node, not of what is in a directory. */
static inline int64_t zrt_change(struct zrt_node *node)
{
	node->as_loaded = 0;
	return node->changed = zrt_clock_nanoseconds();
}

/* node.c. Functions that allocate answer 0 when the heap is full. */
extern struct zrt_node *zrt_root;
struct zrt_node *zrt_node_new(enum zrt_kind kind, uint32_t mode);
void zrt_node_hold(struct zrt_node *node);
void zrt_node_release(struct zrt_node *node);
/* The entry of that name, or 0. */
struct zrt_entry *zrt_find(struct zrt_node *directory, const char *name, uint32_t length);
/* Adds a name; counts links. 0 or -ENOSPC. */
zrt_long zrt_enter(struct zrt_node *directory, const char *name, uint32_t length,
	struct zrt_node *node);
/* Takes a name away; the node goes with its last link and reference. */
void zrt_remove(struct zrt_node *directory, struct zrt_entry *entry);

/* content.c: bytes moved, or a negative errno. */
zrt_long zrt_content_read(struct zrt_node *node, void *buffer, uint32_t size, int64_t offset);
zrt_long zrt_content_write(struct zrt_node *node, const void *buffer, uint32_t size, int64_t offset);
zrt_long zrt_content_resize(struct zrt_node *node, int64_t size);
/* The page, read in or made if it was not there; 0 when the heap is full or its source failed. */
char *zrt_content_page(struct zrt_node *node, uint32_t index);
/* Frees the pages that lie wholly below `offset`. */
void zrt_content_drop(struct zrt_node *node, int64_t offset);
void zrt_content_free(struct zrt_node *node);

/* path.c */
struct zrt_place {
	struct zrt_node *parent;
	struct zrt_node *node;	/* 0: there is no such name in parent */
	struct zrt_entry *entry;	/* 0 for ., .., / and what is not there */
	const char *name;	/* the last component, not terminated */
	uint32_t length;
	int must_be_directory;	/* a slash at the end */
};
/* Whether a symbolic link at the end of a path is followed. */
enum zrt_follow {
	ZRT_NO_FOLLOW,	/* only with a slash behind it */
	ZRT_FOLLOW,
	ZRT_NAME,	/* never: the name itself is made or taken away */
};
/* Finds a path from `at`. 0 also when only the last component is missing. */
zrt_long zrt_walk(struct zrt_node *at, const char *path, enum zrt_follow follow, struct zrt_place *place);
/* -ENOENT when there is no node, -ENOTDIR when it has a slash behind it and is no directory. */
zrt_long zrt_is_there(const struct zrt_place *place);
/* Walks from a directory descriptor and a path that must exist. */
zrt_long zrt_lookup(int fd, const char *path, enum zrt_follow follow, struct zrt_node **node);
/* The directory from which a path relative to `fd` starts. */
zrt_long zrt_base(int fd, const char *path, struct zrt_node **base);
extern struct zrt_node *zrt_working_directory;

/* tree.c */
extern uint32_t zrt_umask;
/* Makes a node of that kind at a place where there is none. */
zrt_long zrt_create(const struct zrt_place *place, enum zrt_kind kind, uint32_t mode,
	struct zrt_node **node);
zrt_long zrt_detach(const struct zrt_place *place, int directory);

/* device.c */
zrt_long zrt_device_read(struct zrt_node *node, void *buffer, uint32_t size, int64_t offset);
zrt_long zrt_device_write(struct zrt_node *node, const void *buffer, uint32_t size, int64_t offset);
int zrt_device_seekable(const struct zrt_node *node);
int64_t zrt_size(const struct zrt_node *node);

extern struct zrt_node *zrt_standard[3];

/* files.c. The C library's O_ACCMODE has O_PATH in it. */
#define ZRT_ACCESS(flags) ((flags) & 3)
struct zrt_open_file {
	uint32_t references;
	struct zrt_node *node;
	int flags;
	int64_t position;
};
struct zrt_open_file *zrt_file(int fd);
zrt_long zrt_open_node(struct zrt_node *node, int flags);

/* pipe.c */
zrt_long zrt_pipe_read(struct zrt_open_file *file, void *buffer, uint32_t size);
zrt_long zrt_pipe_write(struct zrt_open_file *file, const void *buffer, uint32_t size);
int zrt_readable(const struct zrt_open_file *file);
#endif
