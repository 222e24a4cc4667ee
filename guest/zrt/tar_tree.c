/* Puts one member of a tarball into the tree. Names are relative to the mount point, whatever they
 * begin with; `..` is refused. What is there already is replaced, except devices and directories. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include "tar.h"

/* Checks a member's name and makes it relative. */
static const char *check(char **path)
{
	char *p = *path;
	while (*p == '/')
		p++;
	*path = p;
	if (strlen(p) >= PATH_MAX)
		return "a name of 4096 bytes or more";
	while (*p) {
		uint32_t length = strcspn(p, "/");
		if (length > NAME_MAX)
			return "a name with a component of more than 255 bytes";
		if (length == 2 && p[0] == '.' && p[1] == '.')
			return "a name with .. in it";
		p += length;
		p += strspn(p, "/");
	}
	return 0;
}

/* Makes the directories that lead to a path. Answers what is wrong. */
static const char *make_parents(struct zrt_node *at, char *path)
{
	for (char *slash = path; (slash = strchr(slash, '/')); slash++) {
		struct zrt_place place;
		struct zrt_node *node;
		if (slash[strspn(slash, "/")] == 0)
			break;
		*slash = 0;
		zrt_long error = *path ? zrt_walk(at, path, ZRT_FOLLOW, &place) : 0;
		if (!error && *path && !place.node)
			error = zrt_create(&place, ZRT_DIRECTORY, S_IFDIR | 0755, &node);
		*slash = '/';
		if (error == -ENOSPC)
			return "no memory for its files";
		if (error < 0)
			return "a name that leads through something that is no directory";
	}
	return 0;
}

static const char *enter(const struct zrt_place *place, const struct zrt_member *member,
	enum zrt_kind kind, uint32_t type, struct zrt_node **node)
{
	zrt_long error = zrt_create(place, kind, type | member->mode, node);
	if (error == -EACCES)
		return "a name in /dev, where the channels are";
	return error < 0 ? "no memory for its files" : 0;
}

static const char *hard_link(struct zrt_node *at, const struct zrt_place *place,
	const struct zrt_member *member)
{
	char *target = member->link;
	struct zrt_place old;
	const char *problem = check(&target);
	if (problem)
		return problem;
	if (zrt_walk(at, target, ZRT_NAME, &old) < 0 || !old.node)
		return "a link to a member that is not there";
	if (old.node->kind == ZRT_DIRECTORY || old.node->kind >= ZRT_CHANNEL)
		return "a link to something that is no file";
	if (place->parent->directory.sealed)
		return "a name in /dev, where the channels are";
	return zrt_enter(place->parent, place->name, place->length, old.node) < 0
		? "no memory for its files" : 0;
}

static const char *symbolic_link(const struct zrt_place *place, const struct zrt_member *member,
	struct zrt_node **node)
{
	uint32_t length = strlen(member->link);
	if (!length || length >= PATH_MAX)
		return "a symbolic link to nowhere, or to more than 4095 bytes";
	char *target = zrt_take(length + 1);
	if (!target)
		return "no memory for its files";
	const char *problem = enter(place, member, ZRT_LINK, S_IFLNK, node);
	if (problem) {
		zrt_give(target, length + 1);
		return problem;
	}
	memcpy(target, member->link, length);
	(*node)->target = target;
	(*node)->size = length;
	(*node)->mode = S_IFLNK | 0777;
	return 0;
}

static int is_same_file(struct zrt_node *at, const struct zrt_member *member,
	const struct zrt_node *node)
{
	char *target = member->link;
	struct zrt_place old;
	return member->type == '1' && !check(&target) && zrt_walk(at, target, ZRT_NAME, &old) >= 0 &&
	       old.node == node;
}

const char *zrt_tar_add(struct zrt_node *at, const struct zrt_member *member,
	struct zrt_node **node)
{
	char *path = member->path;
	struct zrt_place place;
	const char *problem = check(&path);
	if (problem)
		return problem;
	if (member->uid < 0 || member->uid > UINT32_MAX || member->gid < 0 || member->gid > UINT32_MAX)
		return "an owner that is no number of 32 bits";
	/* Devices are channels here, not members. */
	if (member->type == '3' || member->type == '4')
		return 0;
	if (!*path)
		return member->type == '5' ? 0 : "a member without a name";
	problem = make_parents(at, path);
	if (problem)
		return problem;
	if (zrt_walk(at, path, ZRT_NAME, &place) < 0)
		return "a name that leads through something that is no directory";
	if (member->type == '5' && place.node && place.node->kind == ZRT_LINK) {
		/* A directory over a link to one: the link stays, as with tar -k. */
		struct zrt_place behind;
		if (zrt_walk(at, path, ZRT_FOLLOW, &behind) >= 0 && behind.node &&
		    behind.node->kind == ZRT_DIRECTORY)
			place = behind;
	}
	if (place.node && place.node->kind == ZRT_DIRECTORY && member->type == '5') {
		*node = place.node;
	} else {
		if (place.node && is_same_file(at, member, place.node))
			return 0;
		if (place.node && zrt_detach(&place, 0) < 0)
			return "a name that is a directory or a device already";
		switch (member->type) {
		case '0': problem = enter(&place, member, ZRT_REGULAR, S_IFREG, node); break;
		case '1': return hard_link(at, &place, member);
		case '2': problem = symbolic_link(&place, member, node); break;
		case '5': problem = enter(&place, member, ZRT_DIRECTORY, S_IFDIR, node); break;
		case '6': problem = enter(&place, member, ZRT_FIFO, S_IFIFO, node); break;
		}
		if (problem)
			return problem;
	}
	struct zrt_node *made = *node;
	if (made->kind == ZRT_DIRECTORY && !made->directory.sealed)
		made->mode = S_IFDIR | member->mode;
	made->uid = member->uid;
	made->gid = member->gid;
	made->accessed = made->modified = made->changed = member->modified;
	made->as_loaded = 1;
	return 0;
}
