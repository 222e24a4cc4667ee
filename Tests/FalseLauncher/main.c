/* A launcher that lies, for FalseLauncherTests. What it does is in the name that it is called by:
 *   gives     sends descriptors along with its answer
 *   late      forks what ends at once, and says later which process that was
 *   dies      forks what never ends, and ends before it has said so
 *   again     says again whom it forked before, over the next one's socket
 *   mute      forks a template whose copies never say a word
 *   vanishing forks a template whose copies end at once
 *   deaf      hears nothing once it is ready, and goes on */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { READY = 2, FORK = 5, FORKED = 9, TEMPLATE = 11, COPY = 12, ENGINE = 3 };

/* Wire.PacketHeader. */
struct __attribute__((packed)) packet {
	uint32_t magic, kind;
	uint64_t identifier;
	uint32_t body_size;
	uint8_t body[64 << 10];
};
enum { HEADER = 20, MAGIC = 0x316d767a };

static struct packet packet;
static int files[8];

union control {
	char bytes[CMSG_SPACE(sizeof files)];
	struct cmsghdr align;
};

/* The next packet in `packet`, its descriptors in `files`; 0: there is none. */
static long hear(int socket)
{
	union control control;
	struct iovec part = { &packet, sizeof packet };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
		.msg_control = control.bytes, .msg_controllen = sizeof control.bytes };
	long count = recvmsg(socket, &message, 0);
	struct cmsghdr *header = count > 0 ? CMSG_FIRSTHDR(&message) : 0;
	if (header)
		memcpy(files, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
	return count > 0;
}

static void say(int socket, uint32_t kind, uint64_t identifier, const void *body, size_t size, int given)
{
	struct packet said = { MAGIC, kind, identifier, 0, { 0 } };
	memcpy(said.body, body, size);
	union control control;
	struct iovec part = { &said, HEADER + size };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	if (given >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(2 * sizeof(int));
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(2 * sizeof(int));
		memcpy(CMSG_DATA(header), (int[]){ given, given }, 2 * sizeof(int));
	}
	sendmsg(socket, &message, MSG_NOSIGNAL);
}

static int fork_sibling(void) { return syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0); }

static void be_template(int socket, int vanishes)
{
	hear(socket);
	say(socket, TEMPLATE, packet.identifier, "", 0, -1);
	while (hear(socket) && packet.kind == COPY) {
		if (!fork_sibling()) {
			while (!vanishes)
				pause();
			_exit(0);
		}
		close(files[0]);
		close(files[1]);
	}
	_exit(0);
}

int main(int count, char **words)
{
	(void)count;
	const char *mode = strrchr(words[0], '/') + 1;
	hear(ENGINE);
	if (!strcmp(mode, "deaf"))
		shutdown(ENGINE, SHUT_RD);
	/* Status, the first process of the namespace, and a text: no protections. */
	say(ENGINE, READY, 0, "\0\0\0\0\0\0\0\0", 9, strcmp(mode, "gives") ? -1 : memfd_create("given", 0));
	while (!strcmp(mode, "deaf"))
		pause();
	while (hear(ENGINE)) {
		if (packet.kind != FORK)
			continue;
		int process = fork_sibling();
		if (!process) {
			close(ENGINE);
			if (!strcmp(mode, "late"))
				_exit(0);
			if (!strcmp(mode, "again")) {
				usleep(50000);
				_exit(0);
			}
			if (!strcmp(mode, "mute") || !strcmp(mode, "vanishing"))
				be_template(files[0], *mode == 'v');
			for (;;)
				pause();
		}
		if (!strcmp(mode, "dies"))
			_exit(0);
		for (int i = 2; !strcmp(mode, "again") && i >= 0; i--)
			if (packet.identifier > (uint64_t)i)
				say(files[0], FORKED, packet.identifier - i,
				    (int32_t[]){ i ? getpid() : process, 0 }, 8, -1);
		close(files[0]);
		close(files[1]);
		if (!strcmp(mode, "again"))
			continue;
		if (!strcmp(mode, "late"))
			usleep(100000);
		say(ENGINE, FORKED, packet.identifier, (int32_t[]){ process, 0 }, 8, -1);
	}
	return 0;
}
