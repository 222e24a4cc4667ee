/* The tape archive's header (POSIX.1-1988 ustar, with the GNU magic accepted) and what reading and
 * writing one share. */
#ifndef ZRT_TAR_H
#define ZRT_TAR_H
#include "node.h"

enum { ZRT_TAR_BLOCK = 512 };

struct zrt_tar_header {
	char name[100];
	char mode[8], uid[8], gid[8];
	char size[12], mtime[12];
	char checksum[8];
	char type;
	char link[100];
	char magic[6], version[2];
	char user[32], group[32];
	char major[8], minor[8];
	char prefix[155];
	char padding[12];
};

/* One member, after all extensions are applied. */
struct zrt_member {
	char type;
	char *path, *link;	/* terminated */
	uint32_t mode;
	int64_t uid, gid, size;
	int64_t modified;	/* nanoseconds */
};

/* Unpacks the tarball of a channel below a directory. Answers 0, or tells what is wrong and ends
 * the session. */
void zrt_tar_load(int channel, struct zrt_node *at);
/* Packs what is below a directory into a channel. 0, or a negative errno of a write. */
/* With a second channel, or -1: names of what is as a tarball had it go there, each ended by a NUL, and
 * only directories and what changed become members. */
zrt_long zrt_tar_save(int channel, int kept_channel, struct zrt_node *at);
/* tree part of loading (tar_tree.c): 0, or what is wrong. */
const char *zrt_tar_add(struct zrt_node *at, const struct zrt_member *member,
	struct zrt_node **file);
#endif
