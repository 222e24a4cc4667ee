/* What /dev/nvram says. */
#ifndef ZRT_NVRAM_H
#define ZRT_NVRAM_H
#include "zrt.h"

enum zrt_mount_access {
	ZRT_MOUNT_READ,	/* ro: a tarball that is read at start */
	ZRT_MOUNT_SAVE,	/* wo: one that is written at exit */
	ZRT_MOUNT_KEPT,	/* kept: names of what a `wo` of the same place then leaves out */
};

struct zrt_mount {
	int channel;
	const char *path;
	enum zrt_mount_access access;
	int removable;	/* not part of a template: read after the fork */
};

/* What stat says about a channel. */
struct zrt_mode {
	int channel;
	enum { ZRT_MODE_FILE, ZRT_MODE_PIPE, ZRT_MODE_CHARACTER } type;
};

enum { PRECACHE_NO, PRECACHE_YES, PRECACHE_LATE };

struct zrt_nvram {
	int argc;
	char **argv;
	int envc;
	char **envp;
	struct zrt_mount *mounts;
	int mount_count;
	struct zrt_mode *modes;
	int mode_count;
	int64_t seconds;
	uint32_t user, group, mask;	/* who the program is, and its umask */
	int verbosity;
	int precache;	/* when the session becomes a template: never, before main, or late */
};
void zrt_nvram_read(struct zrt_nvram *nvram);

/* mount.c */
/* Who the program is; the root folder is its own. */
void zrt_identify(const struct zrt_nvram *nvram);
/* Loads the tarballs that are removable, or those that are not. */
void zrt_mount(const struct zrt_nvram *nvram, int removable);
void zrt_apply_modes(const struct zrt_nvram *nvram);
/* /etc/passwd, /etc/group, /tmp and the working directory, where no tarball brought them. */
void zrt_furnish(const struct zrt_nvram *nvram);
/* Writes what is to be saved, then ends the session. */
__attribute__((noreturn)) void zrt_leave(int code);
#endif
