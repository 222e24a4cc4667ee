/* What is told about files: stat, access, statfs. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>
#include "kstat.h"
#include "node.h"

static void describe(const struct zrt_node *node, struct kstat *stat)
{
	memset(stat, 0, sizeof *stat);
	stat->st_dev = 1;
	stat->st_ino = node->number;
	stat->st_nlink = node->links;
	stat->st_mode = node->mode;
	stat->st_uid = node->uid;
	stat->st_gid = node->gid;
	if (node->kind >= ZRT_CHANNEL)
		stat->st_rdev = node->kind == ZRT_CHANNEL ? node->channel + 256 : (int)node->kind;
	stat->st_size = zrt_size(node);
	stat->st_blksize = node->kind == ZRT_CHANNEL ? 65536 : ZRT_PAGE;
	if (node->kind == ZRT_REGULAR)
		stat->st_blocks = (node->size + 511) / 512;
	stat->st_atime_sec = zrt_seconds(node->accessed, &stat->st_atime_nsec);
	stat->st_mtime_sec = zrt_seconds(node->modified, &stat->st_mtime_nsec);
	stat->st_ctime_sec = zrt_seconds(node->changed, &stat->st_ctime_nsec);
}

zrt_long zrt_fstat(int fd, struct kstat *stat)
{
	struct zrt_open_file *file = zrt_file(fd);
	if (!file)
		return -EBADF;
	describe(file->node, stat);
	return 0;
}

zrt_long zrt_stat(int fd, const char *path, struct kstat *stat, int flags)
{
	struct zrt_node *node;
	if (!*path && flags & AT_EMPTY_PATH && fd != AT_FDCWD)
		return zrt_fstat(fd, stat);
	zrt_long error =
		*path || !(flags & AT_EMPTY_PATH)
			? zrt_lookup(fd, path, flags & AT_SYMLINK_NOFOLLOW ? ZRT_NO_FOLLOW : ZRT_FOLLOW, &node)
			: zrt_lookup(fd, ".", ZRT_FOLLOW, &node);
	if (error < 0)
		return error;
	describe(node, stat);
	return 0;
}

/* Everybody may read and write every file; only one with an x bit can be "executed". What a
 * channel does not allow is not allowed. */
zrt_long zrt_access(int fd, const char *path, int wanted, int flags)
{
	struct zrt_node *node;
	if (wanted & ~(R_OK | W_OK | X_OK))
		return -EINVAL;
	zrt_long error = zrt_lookup(fd, path, flags & AT_SYMLINK_NOFOLLOW ? ZRT_NO_FOLLOW : ZRT_FOLLOW, &node);
	if (error < 0)
		return error;
	if (wanted & X_OK && node->kind != ZRT_DIRECTORY && !(node->mode & 0111))
		return -EACCES;
	if (node->kind == ZRT_CHANNEL) {
		if (wanted & R_OK && !(node->mode & 0444))
			return -EACCES;
		if (wanted & W_OK && !(node->mode & 0222))
			return -EACCES;
	}
	return 0;
}

static zrt_long describe_system(struct statfs *fs)
{
	memset(fs, 0, sizeof *fs);
	fs->f_type = 0x01021994; /* as tmpfs */
	fs->f_bsize = fs->f_frsize = ZRT_PAGE;
	zrt_memory_totals(&fs->f_blocks, &fs->f_bfree);
	fs->f_bavail = fs->f_ffree = fs->f_bfree;
	fs->f_files = fs->f_blocks;
	fs->f_namelen = 255;
	return 0;
}

zrt_long zrt_statfs(const char *path, struct statfs *fs)
{
	struct zrt_node *node;
	zrt_long error = zrt_lookup(AT_FDCWD, path, ZRT_FOLLOW, &node);
	return error < 0 ? error : describe_system(fs);
}

zrt_long zrt_fstatfs(int fd, struct statfs *fs)
{
	return zrt_file(fd) ? describe_system(fs) : -EBADF;
}
