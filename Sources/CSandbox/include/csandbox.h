/* The C shim: what Swift cannot express, and nothing else. See docs/SECURITY.md.
 * Every function returns 0 or a count, or -errno. */
#ifndef CSANDBOX_H
#define CSANDBOX_H
/* No feature macros here: a module that sees other headers than the next one does not build. */
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

#pragma clang assume_nonnull begin

/* Guest base: a constant, so that the addresses a program sees never vary. 40 GiB of guard lie
 * below it and above its 4 GiB. Its low 32 bits are zero. */
static const uint64_t CSB_BASE = 0x440A00000000;
static const uint64_t CSB_GUARD = (uint64_t)40 << 30;
static const uint64_t CSB_GUEST = (uint64_t)4 << 30;
/* Where a sandbox has its shared memory: in a hole between the launcher's data and its stack (scripts/launcher.ld), so
 * that no page table is for that alone. A constant, so that the system-call filter can name it. */
static const uint64_t CSB_SHARED = 0x5f0000;
/* Descriptor of a sandbox's own control socket. */
#define CSB_CONTROL 3

/* What unshare(2) takes: the user namespace, and all others that a sandbox gets. The process
 * namespace is for what is forked afterwards. */
static const int CSB_NEW_USER = 0x10000000;
static const int CSB_NEW_NAMESPACES = 0x00020000 /* mount */ | 0x40000000 /* net */ |
	0x08000000 /* ipc */ | 0x04000000 /* uts */ | 0x20000000 /* process */;

/* How far a session is. Written into memory shared with the engine, which believes nothing. */
enum {
	CSB_EMPTY = 0,		/* no session yet */
	CSB_RUNNING = 1,	/* armed: in the guest or in a trap */
	CSB_EXITED = 2,		/* exit trap: code */
	CSB_FAULTED = 3,	/* signal, instruction, address, registers */
	CSB_BAD_TRAP = 4,	/* function */
	CSB_CHANNEL_FAILED = 5, /* channel, message */
	CSB_REFUSED = 6,	/* the session could not be armed: error, message */
	CSB_LIMIT_TRAPS = 7,	/* more traps than granted */
	CSB_LIMIT_OUTPUT = 8,	/* more bytes written, over all channels, than granted */
};

enum { CSB_MESSAGE = 256, CSB_REGISTERS = 18, CSB_MAX_CHANNELS = 10915 };

/* Calls and bytes moved over one channel, and its digest once the session is over. */
struct csb_channel {
	int64_t counters[4]; /* gets, get bytes, puts, put bytes */
	uint8_t digest[32];
	uint32_t digest_valid;
	uint32_t reserved;
};

/* One sandbox's page(s) of shared memory. The sandbox writes, the engine reads once. */
struct csb_shared {
	uint32_t state;
	int32_t code;
	uint32_t signal;
	uint32_t has_address;
	uint64_t instruction; /* host address; guest code lies in [CSB_BASE, CSB_BASE + 4 GiB) */
	uint64_t address;
	uint64_t registers[CSB_REGISTERS]; /* rax…rdi as in RULES order, r8…r15, rip, flags */
	uint64_t function;
	uint32_t channel;
	uint32_t channel_count;
	uint64_t user_nanoseconds;
	uint64_t system_nanoseconds;
	uint64_t traps;
	uint8_t memory_digest[32];
	uint32_t memory_digest_valid;
	uint32_t message_length;
	uint8_t message[CSB_MESSAGE];
	/* CSB_MAX_CHANNELS times struct csb_channel follow: csb_channel_at. */
};

/* What %gs points at while a guest runs. Offsets are used by entry.S. */
struct csb_context {
	uint64_t trap_entry;  /* 0 */
	uint64_t host_stack;  /* 8 */
	uint64_t guest_stack; /* 16 */
	uint64_t guest_return; /* 24 */
	uint64_t base;	      /* 32 */
	uint32_t host_mxcsr;  /* 40 */
	uint32_t guest_mxcsr; /* 44 */
	uint32_t host_x87;    /* 48 */
	uint32_t guest_x87;   /* 52 */
	uint64_t handler;     /* 56: int32_t (*)(uint32_t guest address of the arguments) */
	uint64_t leave;	      /* 64: not 0 after a trap: do not go back to the guest */
	uint64_t entry;	      /* 72: where csb_enter jumps */
};

/* The one context; copied on write by each fork. */
extern struct csb_context csb_context;

/* This sandbox's shared memory, mapped by csb_map_session. */
static inline struct csb_shared *csb_session(void) { return (struct csb_shared *)CSB_SHARED; }
/* Size of the memory file behind it: the struct and the channel table. */
static inline size_t csb_shared_size(void)
{
	return sizeof(struct csb_shared) + CSB_MAX_CHANNELS * sizeof(struct csb_channel);
}
/* Maps the shared memory file of a sandbox at CSB_SHARED: the launcher before it forks one
 * (csb_map_next), a template's copy for itself. */
int csb_map_session(int fd);
int csb_map_next(int fd);
/* In a sandbox: what is mapped there is its own, for faults to be told in. */
void csb_own_session(void);
static inline struct csb_channel *csb_channel_at(struct csb_shared *shared, uint32_t index)
{
	if (index >= CSB_MAX_CHANNELS)
		__builtin_trap();
	return (struct csb_channel *)(shared + 1) + index;
}
/* What stands there now, copied: whoever still writes to it, a template that lies perhaps, changes the copy no
 * more. */
void csb_copy_session(const struct csb_shared *shared, struct csb_shared *copy);
void csb_copy_channel(const struct csb_shared *shared, uint32_t index, struct csb_channel *copy);
/* Reads a byte, and writes a byte over itself, whatever the compiler thinks of it. */
static inline void csb_see(const void *place) { (void)*(const volatile uint8_t *)place; }
static inline void csb_touch(void *place)
{
	volatile uint8_t *byte = (volatile uint8_t *)place;
	*byte = *byte;
}
static inline void csb_set_leave(int leave) { csb_context.leave = (uint64_t)leave; }

/* Points %gs at csb_context and installs the fault handler on its own stack. */
int csb_prepare(int32_t (*handler)(uint32_t arguments));
/* Runs guest code at `entry` with the stack pointer `stack` (both host addresses inside the guest).
 * Returns when a trap set csb_context.leave. All registers that the guest sees are zero but r15,
 * rsp and rbp. */
void csb_enter(uint64_t entry, uint64_t stack);
/* The way that a guest takes whose first instruction calls the trap, with `handler` in the place of the one
 * that csb_prepare got; it has to set csb_context.leave. Nothing of a guest runs but slot 0. */
void csb_rehearse_trap(uint64_t stack, int32_t (*handler)(uint32_t arguments));
/* Where a trap starts; in slot 0 stands `jmp *%gs:0`, so no host address is in guest memory. */
void csb_trap_entry(void);

/* What only the launcher may do, though its sandboxes inherit its filter: the filter lets these calls
 * pass where two argument registers that they do not use hold a secret of 128 bits. The secret lies in
 * one page that a fork finds empty, and in registers only until the call is over (vouched.S). */

/* Makes a secret, loads a filter exported by libseccomp with it in the place of CSB_SECRET_0 and
 * CSB_SECRET_1. no_new_privs must be set. Once per process; without it the calls below still work. */
int csb_load_filter(const void *instructions, uint16_t count);
/* Stand for the secret in rules: the values of arguments 4 and 5 of the calls below. In mmap, where
 * all arguments are used, they are the high halves of arguments 3 and 4, of which the kernel looks at
 * the low halves only. */
static const uint64_t CSB_SECRET_0 = 0x5eab7c01d35f9a26;
static const uint64_t CSB_SECRET_1 = 0x63c4e8f7b1907d4e;
/* As their namesakes; -errno. csb_fork is without the C library's handlers: the caller has a single
 * thread. Whose child a sandbox is: that of the launcher's parent, the engine, which waits for it and kills
 * it without anybody in between. */
static const int CSB_FORK_FLAGS = 0x8000 /* CLONE_PARENT */ | 17 /* SIGCHLD */;
int csb_fork(void);
/* From here on csb_fork keeps hold of what it forks, and csb_end_watched kills the last of it: for a sandbox
 * that cannot see that the engine ended before it asked to be killed then. */
static const int CSB_FORK_WATCHED = 0x1000 /* CLONE_PIDFD */;
/* The kernel writes the process's number to a place of the launcher's. */
static const int CSB_FORK_NOTED = 0x100000 /* CLONE_PARENT_SETTID */;
void csb_watch_forks(void);
void csb_end_watched(void);
/* The same, with the first turn on this processor: to begin on another one, which sleeps, takes longer than
 * to wait here until the launcher is done. Who is forked may run where the launcher may (which
 * csb_keep_processors notes, before the filter) as soon as the launcher has had another turn. The launcher itself
 * stays on its processor, `near` (-1: it may be on any), until csb_leave_near. */
int csb_fork_near(int32_t *near);
/* The same, and the number is in the note before the process has its first turn. The engine says where it may run: it
 * may have reaped it before this returns. */
int csb_fork_noted(int32_t *near, uint64_t identifier);
/* Maps the note; nothing that is forked has it. */
int csb_keep_note(int fd);
void csb_leave_near(int32_t *near);
void csb_keep_processors(void);
/* No answer: nothing that can fail is closed with it. */
void csb_close(int fd);
/* The same for a template's copy, whose filter has no secret. */
int csb_fork_sibling(void);

/* In the engine. Whether ended children can be waited for: nobody has SIGCHLD ignored. */
int csb_children_are_kept(void);
/* 1 when this child has ended and can be reaped, 0 when not yet. It stays: its number is nobody else's. */
int csb_await_end(int32_t process, int waits);
/* A child in this process group that has ended and can be reaped; 0: none. */
int32_t csb_ended_in(int32_t group);
struct csb_end {
	int status;	/* as wait(2) has it */
	uint64_t user_nanoseconds;
	uint64_t system_nanoseconds;
	uint64_t peak_bytes;
};
/* Takes an ended child, its number, or 0 when there is none yet. `process` as for wait4(2). */
int32_t csb_reap(int32_t process, int waits, struct csb_end *end);
/* Memory of the engine's and the launcher's: what was forked last for one who waits for it, by the engine's number
 * and the kernel's. */
struct csb_fork_note {
	uint64_t identifier;
	int32_t process; /* 0: not yet. */
};
/* The process of that fork; 0: it is not there. */
int32_t csb_noted(const struct csb_fork_note *note, uint64_t identifier);
/* The processors that a process may run on, in bits: how many bytes of them there are, or -errno; and where it may
 * from here on. */
int csb_processors(int32_t process, uint64_t *words, size_t size);
int csb_let_run(int32_t process, const uint64_t *words, size_t size);
/* The one that this thread is on, or was a moment ago; -1: the system does not say. */
int csb_processor(void);
/* A descriptor that is readable when this process has ended. */
int csb_process_file(int32_t process);
int csb_prctl(int option, unsigned long a, unsigned long b);
int csb_close_range(unsigned first, unsigned last);
int csb_unshare(int flags);
/* Makes an empty, read-only file system the root. Needs a mount namespace of its own. */
int csb_empty_root(void);
/* Becomes this user and group, with no others, for good. */
int csb_become(uint32_t id);
/* Drops every capability, in all sets. */
int csb_drop_capabilities(void);
/* Handles every file-system right and grants none. */
int csb_landlock(void);
/* setrlimit, soft = hard. */
int csb_limit(int resource, uint64_t value);
/* Readable memory must not be executable by the way, whatever this process inherited. */
int csb_plain_personality(void);
/* In a forked sandbox: ends with `parent`, closes descriptors from the first channel's on, and may have
 * this many processes. */
int csb_lock_child(int32_t parent, unsigned first_channel, uint64_t processes);
/* In the launcher, first of all, while it can read what /proc says of it: where csb_leave_given has to look. */
void csb_find_given(void);
/* Likewise: forks need not look up the pages of
 * code that it has looked up. */
void csb_keep_lookups(void);
/* Then, when all is set up: forget those of start-up, so that they need not be copied either. */
void csb_forget_lookups(void);
/* Before a fork, and then a rehearsal: finds out which of the pages that were looked up by the way are not
 * needed, and forgets those, so that no fork copies them. 0: done. */
int csb_sift_lookups(void);
/* Unmaps the code and data that the kernel gave the program. They tell the time, and nothing uses them. */
void csb_leave_given(void);
/* Calls `body` on a stack among this program's data, so that a fork copies one page of it and no page table for
 * that alone. Once. The one that the kernel gave is in no fork (csb_leave_given). */
int csb_on_own_stack(int (*body)(void));
/* That stack's last part, which calls never come to. */
void *csb_end_of_stack(size_t *size);
/* In the launcher: no restartable sequences, for which the kernel would write to memory. */
void csb_forget_restarts(void);
/* The end, without the C library, whose page would have to be looked up. */
void csb_exit(int status) __attribute__((noreturn));

/* An anonymous file holding nothing; then no more writing, growing, shrinking, unsealing. */
int csb_memory_file(const char *name);
int csb_seal(int fd);
/* A memory file of this size that never has another, so that a mapping of it cannot be cut off. */
int csb_fixed_memory_file(const char *name, uint64_t size);
int csb_is_sealed(int fd);

/* One packet with descriptors. `flags` as for sendmsg. */
long csb_send(int socket, const void *bytes, size_t count, const int *_Nullable fds, size_t fd_count,
	int flags);
/* The launcher's: without descriptors, vouched for. The two numbers come last: who tells them right after a fork has
 * no page to copy for that. */
struct csb_pair {
	int32_t first, second;
};
long csb_tell(int socket, const void *bytes, size_t count, const struct csb_pair *_Nullable last, int flags);
/* One packet; received descriptors are close-on-exec. -EMSGSIZE when packet or descriptors were cut
 * off (then nothing is kept). 0: end of file. */
long csb_receive(int socket, void *bytes, size_t capacity, int *fds, size_t fd_capacity,
	size_t *fd_count, int flags);
/* Whether csb_hear would not block, soon: looks so many times. `yields`: whoever else has something to do on
 * this processor does it in between. */
int csb_look(int socket, int looks, int yields, int vouched);
void csb_yield(void);
/* Of a process with one thread: a sandbox's, or the launcher's, vouched for. The packet is in csb_heard, until the
 * next call. To a sandbox a packet of one byte says that another follows at once: it looks for that, so as not to be woken
 * again. csb_announce sends it. */
long csb_hear(int socket, int vouched);
const void *csb_heard(void);
const int *csb_heard_fds(size_t *count);
/* From here on a fork's csb_heard is empty: the launcher need not copy its pages, nor does a sandbox. */
int csb_wipe_heard(void);
/* Has this process's page of it be there. */
void csb_touch_heard(void);
void csb_announce(int socket);
/* To a sandbox that waits for its first session a packet of four bytes says that it may come soon, and how often to look
 * for it, up to CSB_MOST_LOOKS, and yield, before it sleeps. csb_announce_soon sends it. A packet of one byte ends that. */
static const uint32_t CSB_MOST_LOOKS = 10000000;
void csb_announce_soon(int socket, uint32_t looks);
/* Waits for the first packet that is neither: 1, csb_hear says what there is. 0: it begins to look, or has for a tenth of
 * a millisecond; call it again. `looks`: how often it still does, 0 at first. */
int csb_await_first(int socket, uint32_t *looks);
/* Sends this socket's next packets' senders along: csb_receive_from a sandbox names its process. */
int csb_want_sender(int socket);
/* One packet, and who sent it, as the kernel says. Descriptors that come along are closed. */
long csb_receive_from(int socket, void *bytes, size_t capacity, int32_t *process, int flags);

/* The user at the other end of a connected UNIX socket, by the kernel's word. */
int csb_peer_user(int socket, uint32_t *user);

#pragma clang assume_nonnull end
#endif
