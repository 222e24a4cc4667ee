/* What the tree holds before main, and what is kept of it at exit. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include "nvram.h"
#include "tar.h"
#include "trap.h"

static const struct zrt_nvram *settings;

void zrt_tree_start(void)
{
	zrt_root = zrt_node_new(ZRT_DIRECTORY, S_IFDIR | 0755);
	if (!zrt_root)
		zrt_exit(ENOMEM);
	zrt_root->links = 2;
	zrt_root->directory.parent = zrt_root;
	zrt_node_hold(zrt_root);
	zrt_node_hold(zrt_working_directory = zrt_root);
	zrt_devices_start();
}

void zrt_identify(const struct zrt_nvram *nvram)
{
	zrt_root->uid = zrt_user = nvram->user;
	zrt_root->gid = zrt_group = nvram->group;
	zrt_umask = nvram->mask;
}

static struct zrt_node *directory_at(const char *path)
{
	struct zrt_node *node;
	char copy[4096];
	uint32_t length = strlen(path);
	if (length < sizeof copy) {
		/* mkdir -p */
		for (uint32_t end = 1; end <= length; end++) {
			if (path[end] && path[end] != '/')
				continue;
			memcpy(copy, path, end);
			copy[end] = 0;
			zrt_mkdir(AT_FDCWD, copy, 0755);
		}
		if (!zrt_lookup(AT_FDCWD, path, ZRT_FOLLOW, &node) && node->kind == ZRT_DIRECTORY)
			return node;
	}
	zrt_say_text(path);
	zrt_say_text(": cannot be a mount point\n");
	zrt_exit(EINVAL);
}

void zrt_mount(const struct zrt_nvram *nvram, int removable)
{
	settings = nvram;
	for (int i = 0; i < nvram->mount_count; i++) {
		const struct zrt_mount *mount = &nvram->mounts[i];
		if (mount->removable != removable)
			continue;
		struct zrt_node *at = directory_at(mount->path);
		if (mount->access == ZRT_MOUNT_READ)
			zrt_tar_load(mount->channel, at);
	}
}

void zrt_apply_modes(const struct zrt_nvram *nvram)
{
	static const uint32_t types[] = { [ZRT_MODE_FILE] = S_IFREG, [ZRT_MODE_PIPE] = S_IFIFO,
		[ZRT_MODE_CHARACTER] = S_IFCHR };
	for (int i = 0; i < nvram->mode_count; i++) {
		struct zrt_node *node;
		const char *name = ZVM_MANIFEST->channels[nvram->modes[i].channel].name;
		if (!zrt_lookup(AT_FDCWD, name, ZRT_FOLLOW, &node))
			node->mode = (node->mode & 07777) | types[nvram->modes[i].type];
	}
}

/* A variable's value, or something else where it is missing or no field of /etc/passwd. */
static const char *variable(const char *name, const char *otherwise)
{
	uint32_t length = strlen(name);
	for (int i = 0; i < settings->envc; i++) {
		const char *entry = settings->envp[i];
		if (strncmp(entry, name, length) || entry[length] != '=')
			continue;
		entry += length + 1;
		return *entry && strlen(entry) < 1024 && !strpbrk(entry, ":\n") ? entry : otherwise;
	}
	return otherwise;
}

static char *append(char *to, const char *text)
{
	uint32_t length = strlen(text);
	memcpy(to, text, length + 1);
	return to + length;
}

static char *append_number(char *to, uint32_t value)
{
	if (value > 9)
		to = append_number(to, value / 10);
	*to = '0' + value % 10;
	to[1] = 0;
	return to + 1;
}

/* A file whose bytes lie in memory already; nothing when there is one of that name. */
static void constant_file(const char *path, const char *bytes, uint32_t size)
{
	struct zrt_place place;
	struct zrt_node *node;
	if (zrt_walk(zrt_root, path, ZRT_FOLLOW, &place) < 0 || place.node)
		return;
	if (zrt_create(&place, ZRT_REGULAR, S_IFREG | 0644, &node) < 0)
		zrt_exit(ENOMEM);
	node->content.bytes = bytes;
	node->content.source_size = node->size = size;
}

void zrt_furnish(const struct zrt_nvram *nvram)
{
	settings = nvram;
	const char *user = variable("USER", variable("LOGNAME", "user"));
	char *passwd = zrt_need(4096), *end = append(passwd, user);
	end = append_number(append(end, ":x:"), zrt_user);
	end = append_number(append(end, ":"), zrt_group);
	end = append(append(end, "::"), variable("HOME", "/"));
	end = append(append(end, ":"), variable("SHELL", "/bin/sh"));
	end = append(end, zrt_user ? "\nroot:x:0:0:root:/:/bin/sh\n" : "\n");
	char *group = zrt_need(2048), *group_end = append(group, zrt_group ? user : "root");
	group_end = append_number(append(group_end, ":x:"), zrt_group);
	group_end = append(group_end, zrt_group ? ":\nroot:x:0:\n" : ":\n");
	uint32_t mask = zrt_umask;
	zrt_umask = 0;
	zrt_mkdir(AT_FDCWD, "/tmp", 01777);
	zrt_mkdir(AT_FDCWD, "/etc", 0755);
	zrt_umask = mask;
	constant_file("/etc/passwd", passwd, end - passwd);
	constant_file("/etc/group", group, group_end - group);
	const char *start = variable("PWD", "/");
	if (zrt_chdir(AT_FDCWD, start) < 0)
		zrt_chdir(AT_FDCWD, "/");
}

void zrt_leave(int code)
{
	zrt_sync_all();
	for (int i = 0; settings && i < settings->mount_count; i++) {
		const struct zrt_mount *mount = &settings->mounts[i];
		struct zrt_node *node;
		if (mount->access != ZRT_MOUNT_SAVE)
			continue;
		int kept = -1;
		for (int j = 0; j < settings->mount_count; j++)
			if (settings->mounts[j].access == ZRT_MOUNT_KEPT &&
			    !strcmp(settings->mounts[j].path, mount->path))
				kept = settings->mounts[j].channel;
		zrt_long error = zrt_lookup(AT_FDCWD, mount->path, ZRT_FOLLOW, &node);
		if (!error)
			error = node->kind == ZRT_DIRECTORY ? zrt_tar_save(mount->channel, kept, node) : -ENOTDIR;
		if (error < 0) {
			zrt_say_text(mount->path);
			zrt_say_text(": cannot be saved to ");
			zrt_say_text(ZVM_MANIFEST->channels[mount->channel].name);
			zrt_say_text(": errno ");
			zrt_say_number(-error);
			zrt_say_text("\n");
			zrt_exit(EIO);
		}
	}
	zrt_exit(code);
}
