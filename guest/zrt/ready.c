/* poll and select. Files and channels are always ready, a pipe when it has bytes or nobody can write any
 * more. Where nothing is, nothing will be: what is left to wait for is the limit or the alarm. */
#include <errno.h>
#include <poll.h>
#include <sys/select.h>
#include "node.h"

static int events_of(int fd)
{
	struct zrt_open_file *file = zrt_file(fd);
	if (!file)
		return POLLNVAL;
	int events = 0;
	if (ZRT_ACCESS(file->flags) != 1 && zrt_readable(file))
		events |= POLLIN | POLLRDNORM;
	if (ZRT_ACCESS(file->flags) != 0)
		events |= POLLOUT | POLLWRNORM;
	if (file->node->kind == ZRT_FIFO && ZRT_ACCESS(file->flags) == 0 &&
	    !file->node->content.writers)
		events |= POLLHUP;
	if (file->node->kind == ZRT_FIFO && ZRT_ACCESS(file->flags) == 1 &&
	    !file->node->content.readers)
		events |= POLLERR;
	return events;
}

/* What a call answers that found nothing. */
static zrt_long waited(const int64_t *limit)
{
	return (limit ? zrt_clock_wait(*limit) : zrt_alarm_await()) ? -EINTR : 0;
}

zrt_long zrt_poll(struct pollfd *fds, uint32_t count, const struct zrt_timespec *limit)
{
	zrt_long ready = 0;
	int64_t length;
	if (count > ZRT_MAX_FDS || (limit && !zrt_length(limit, &length)))
		return -EINVAL;
	for (uint32_t i = 0; i < count; i++) {
		fds[i].revents = 0;
		if (fds[i].fd < 0)
			continue;
		fds[i].revents = events_of(fds[i].fd) & (fds[i].events | POLLERR | POLLHUP | POLLNVAL);
		ready += fds[i].revents != 0;
	}
	return ready ? ready : waited(limit ? &length : 0);
}

zrt_long zrt_select(int count, void *read, void *write, void *except, const struct zrt_timespec *limit)
{
	fd_set *sets[] = { read, write, except };
	static const int wanted[] = { POLLIN | POLLHUP, POLLOUT | POLLERR, 0 };
	zrt_long ready = 0;
	int64_t length;
	if (count < 0 || count > FD_SETSIZE || (limit && !zrt_length(limit, &length)))
		return -EINVAL;
	for (int i = 0; i < 3; i++)
		for (int fd = 0; sets[i] && fd < count; fd++)
			if (FD_ISSET(fd, sets[i]) && events_of(fd) & POLLNVAL)
				return -EBADF;
	for (int i = 0; i < 3; i++) {
		for (int fd = 0; sets[i] && fd < count; fd++) {
			if (!FD_ISSET(fd, sets[i]))
				continue;
			if (events_of(fd) & wanted[i])
				ready++;
			else
				FD_CLR(fd, sets[i]);
		}
	}
	return ready ? ready : waited(limit ? &length : 0);
}
