/* Packets with descriptors, and memory files. */
#define _GNU_SOURCE
#include "call.h"
#include "csandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_FDS = 253, MAX_PACKET = 33 << 10 };
/* Looks: some 10 microseconds. */
enum { SOON = 30 };
/* Some 100 microseconds, and in that, how often others may run. Not after each look: who has looked in vain, and was
 * interrupted by the very sender, would give away its turn instead of looking again. */
enum { AT_ONCE = 256, LOOKS_A_TURN = 16 };

union control {
	char bytes[CMSG_SPACE(MAX_FDS * sizeof(int))];
	struct cmsghdr align;
};

/* vouched.c */
long csb_vouched_send(int socket, const struct msghdr *message, int flags);
long csb_vouched_receive(int socket, struct msghdr *message, int flags);

long csb_tell(int socket, const void *bytes, size_t count, const struct csb_pair *last, int flags)
{
	struct iovec parts[2] = { { (void *)bytes, count }, { (void *)last, sizeof *last } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = last ? 2 : 1 };
	long sent;
	do
		sent = csb_vouched_send(socket, &message, flags | MSG_NOSIGNAL);
	while (sent == -EINTR);
	return sent;
}

long csb_send(int socket, const void *bytes, size_t count, const int *fds, size_t fd_count, int flags)
{
	if (fd_count > MAX_FDS)
		return -EINVAL;
	union control control;
	struct iovec part = { (void *)bytes, count };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	if (fd_count) {
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
		memset(control.bytes, 0, message.msg_controllen);
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
		memcpy(CMSG_DATA(header), fds, fd_count * sizeof(int));
	}
	ssize_t sent;
	do
		sent = sendmsg(socket, &message, flags | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : sent;
}

static long receive_message(int socket, struct msghdr *message, int flags, int vouched)
{
	return vouched ? csb_vouched_receive(socket, message, flags) :
			 system_call(SYS_recvmsg, socket, (long)message, flags, 0);
}

static long receive(int socket, void *bytes, size_t capacity, int *fds, size_t fd_capacity,
	size_t *fd_count, int flags, int vouched, union control *control)
{
	struct iovec part = { bytes, capacity };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
		.msg_control = control->bytes, .msg_controllen = sizeof control->bytes };
	*fd_count = 0;
	flags |= MSG_CMSG_CLOEXEC;
	long count;
	do {
		count = receive_message(socket, &message, flags, vouched);
	} while (count == -EINTR);
	if (count < 0)
		return count;
	int bad = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
	for (struct cmsghdr *h = CMSG_FIRSTHDR(&message); h; h = CMSG_NXTHDR(&message, h)) {
		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(h) + i * sizeof fd, sizeof fd);
			if (*fd_count < fd_capacity)
				fds[(*fd_count)++] = fd;
			else
				csb_close(fd), bad = 1;
		}
	}
	if (!bad)
		return count;
	while (*fd_count)
		csb_close(fds[--*fd_count]);
	return -EMSGSIZE;
}

long csb_receive(int socket, void *bytes, size_t capacity, int *fds, size_t fd_capacity,
	size_t *fd_count, int flags)
{
	union control control;
	return receive(socket, bytes, capacity, fds, fd_capacity, fd_count, flags, 0, &control);
}

/* Not on the stack, of which each page more is one that forks copy. A small packet is in one page. Whole pages, which
 * nothing else shares: a fork's are empty. */
static struct {
	char control[sizeof(union control)] __attribute__((aligned(8)));
	size_t fd_count;
	int fds[MAX_FDS];
	char bytes[MAX_PACKET];
} __attribute__((aligned(4096))) room __attribute__((section(".bss.wiped.heard")));

const void *csb_heard(void) { return room.bytes; }

const int *csb_heard_fds(size_t *count)
{
	*count = room.fd_count;
	return room.fds;
}

int csb_wipe_heard(void)
{
	return madvise(&room, sizeof room, MADV_WIPEONFORK) ? -errno : 0;
}

void csb_touch_heard(void) { *(volatile char *)&room = 0; }

long csb_hear(int socket, int vouched)
{
	long count;
	while ((count = receive(socket, room.bytes, MAX_PACKET, room.fds, MAX_FDS, &room.fd_count, 0, vouched,
			(union control *)room.control)) == 1 &&
	       !vouched && !room.fd_count)
		csb_look(socket, SOON, 0, 0);
	return count;
}

/* The length of the packet that is there; up to four bytes of it. */
static long head(int socket, uint32_t *bytes, int flags)
{
	struct iovec part = { bytes, sizeof *bytes };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	long count;
	do
		count = receive_message(socket, &message, flags | MSG_TRUNC, 0);
	while (count == -EINTR);
	return count;
}

int csb_await_first(int socket, uint32_t *looks)
{
	uint32_t bytes = 0;
	for (;;) {
		long count = -EAGAIN;
		for (int i = 0; i < AT_ONCE && *looks; i++, --*looks) {
			count = head(socket, &bytes, MSG_PEEK | MSG_DONTWAIT);
			if (count != -EAGAIN)
				break;
			if (i % LOOKS_A_TURN == 0)
				csb_yield();
		}
		if (count == -EAGAIN) {
			if (*looks)
				return 0;
			count = head(socket, &bytes, MSG_PEEK);
		}
		if (count == sizeof bytes && bytes > 0 && bytes <= CSB_MOST_LOOKS) {
			head(socket, &bytes, 0);
			*looks = bytes;
			return 0;
		}
		if (count != 1)
			return 1;
		head(socket, &bytes, 0);
		*looks = 0;
		csb_look(socket, SOON, 0, 0);
	}
}

/* Where nobody hears it any more, or there is no room, that is seen when the next packet is sent. */
void csb_announce(int socket) { send(socket, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL); }

void csb_announce_soon(int socket, uint32_t looks)
{
	send(socket, &looks, sizeof looks, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int csb_look(int socket, int looks, int yields, int vouched)
{
	struct msghdr nothing = { 0 };
	for (int i = 0; i < looks; i++) {
		if (receive_message(socket, &nothing, MSG_PEEK | MSG_DONTWAIT, vouched) != -EAGAIN)
			return 1;
		if (yields)
			csb_yield();
	}
	return 0;
}

void csb_yield(void) { system_call(SYS_sched_yield, 0, 0, 0, 0); }

int csb_want_sender(int socket)
{
	int on = 1;
	return setsockopt(socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) ? -errno : 0;
}

long csb_receive_from(int socket, void *bytes, size_t capacity, int32_t *process, int flags)
{
	union {
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr align;
	} control;
	struct iovec part = { bytes, capacity };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
		.msg_control = control.bytes, .msg_controllen = sizeof control.bytes };
	ssize_t received;
	do
		received = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
	while (received < 0 && errno == EINTR);
	if (received < 0)
		return -errno;
	*process = 0;
	for (struct cmsghdr *h = CMSG_FIRSTHDR(&message); h; h = CMSG_NXTHDR(&message, h)) {
		if (h->cmsg_level != SOL_SOCKET)
			continue;
		if (h->cmsg_type == SCM_CREDENTIALS) {
			struct ucred sender;
			memcpy(&sender, CMSG_DATA(h), sizeof sender);
			*process = sender.pid;
		}
		/* Nobody asked for descriptors. Where the sender comes along the kernel finds no room for them. */
		size_t n = h->cmsg_type == SCM_RIGHTS ? (h->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;
		for (size_t i = 0; i < n; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(h) + i * sizeof fd, sizeof fd);
			close(fd);
		}
	}
	return message.msg_flags & MSG_TRUNC ? -EMSGSIZE : received;
}

int csb_peer_user(int socket, uint32_t *user)
{
	struct ucred peer;
	socklen_t size = sizeof peer;
	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return -errno;
	*user = peer.uid;
	return 0;
}

int csb_memory_file(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return fd < 0 ? -errno : fd;
}

enum { ALL_SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

int csb_seal(int fd)
{
	return fcntl(fd, F_ADD_SEALS, ALL_SEALS) ? -errno : 0;
}

int csb_fixed_memory_file(const char *name, uint64_t size)
{
	int fd = csb_memory_file(name);
	if (fd < 0)
		return fd;
	if (ftruncate(fd, size) || fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW)) {
		int error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

int csb_is_sealed(int fd)
{
	int seals = fcntl(fd, F_GET_SEALS);
	return seals < 0 ? -errno : (seals & ALL_SEALS) == ALL_SEALS;
}
