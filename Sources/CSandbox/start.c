/* What makes a fork cheap: few pages to copy, few to look up again. The figures are of the machine of
 * benchmarks/startup: a page fault costs 2 to 4 microseconds, an entry of a page table 0.1 to 0.2. */
#define _GNU_SOURCE
#include "call.h"
#include "csandbox.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>

int csb_lock_child(int32_t parent, unsigned first_channel, uint64_t processes)
{
	long result = system_call(SYS_prctl, PR_SET_PDEATHSIG, 9, 0, 0);
	/* The parent may have died before. */
	if (!result && system_call(SYS_getppid, 0, 0, 0, 0) != parent)
		result = -ESRCH;
	if (!result)
		result = system_call(SYS_close_range, first_channel, ~0u, 0, 0);
	struct rlimit limit = { processes, processes };
	if (!result)
		result = system_call(SYS_prlimit64, 0, RLIMIT_NPROC, (long)&limit, 0);
	return result;
}

/* What of the program is mapped from its file. */
static struct {
	uint64_t start, end;
	enum { READ_ONLY, WRITTEN_ONCE, WRITTEN } kind;
} loaded[16];
static size_t loaded_count;

static void note_loaded(uint64_t start, uint64_t end, int kind)
{
	if (loaded_count == sizeof loaded / sizeof *loaded || start == end)
		return;
	loaded[loaded_count].start = start;
	loaded[loaded_count].end = end;
	loaded[loaded_count++].kind = kind;
}

static int find_loaded(struct dl_phdr_info *info, size_t size, void *opaque)
{
	(void)size, (void)opaque;
	/* The kernel's is unmapped (csb_leave_given), and something else may come to lie there. */
	if (info->dlpi_name[0])
		return 0;
	uint64_t once = 0;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_GNU_RELRO)
			once = info->dlpi_phdr[i].p_vaddr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		if (header->p_type != PT_LOAD)
			continue;
		uint64_t start = info->dlpi_addr + header->p_vaddr, end = start + header->p_memsz;
		int is_once = header->p_vaddr == once;
		start &= ~4095ul;
		note_loaded(start, end, is_once ? WRITTEN_ONCE : header->p_flags & PF_W ? WRITTEN : READ_ONLY);
	}
	return 0;
}

/* A fork copies the page table of a mapping only where the mapping once had a page of its own; in other
 * mappings of files each page is looked up again. Gives read-only mappings such a page, by writing a byte
 * of them over itself; where /proc does not allow that, forks are slower. */
static void own_pages(void)
{
	int memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	for (size_t i = 0; memory >= 0 && i < loaded_count; i++)
		if (loaded[i].kind == READ_ONLY &&
		    pwrite(memory, (void *)loaded[i].start, 1, loaded[i].start) != 1)
			break;
	if (memory >= 0)
		close(memory);
}

static int page_map = -1;
/* In it: there, and not memory of this process's own. */
static const uint64_t PRESENT_OF_FILE = 5ul << 61;
/* The kernel's pages that programs are given: code, and data with the time; and the stack, which lies far
 * from all else, so that to copy its page takes three page tables. */
static struct {
	uint64_t start, end;
} given[4], first_stack;

/* Notes where they are: lines of /proc/self/maps. */
void csb_find_given(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[256];
	size_t count = 0;
	while (maps && count < sizeof given / sizeof *given && fgets(line, sizeof line, maps))
		if (strstr(line, "[stack]"))
			sscanf(line, "%lx-%lx", &first_stack.start, &first_stack.end);
		else if (strstr(line, "[vdso]") || strstr(line, "[vvar"))
			count += sscanf(line, "%lx-%lx", &given[count].start, &given[count].end) == 2;
	if (maps)
		fclose(maps);
}

void csb_keep_lookups(void)
{
	dl_iterate_phdr(find_loaded, 0);
	page_map = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	own_pages();
}

/* vouched.c */
void csb_drop(void *start, size_t size);

enum { PIECE = 512 };

/* What the page map says of the next pages up to `end`; how many: 0 at the end, or where it cannot be read. It may
 * name places in the machine's memory, so nothing of it is to stay on the stack. */
static size_t read_lookups(uint64_t entries[PIECE], uint64_t start, uint64_t end)
{
	size_t count = start < end ? (end - start + 4095) / 4096 : 0;
	if (count > PIECE)
		count = PIECE;
	ssize_t size = count * sizeof *entries;
	return pread(page_map, entries, size, start / 4096 * sizeof *entries) == size ? count : 0;
}

static int is_of_file(uint64_t entry) { return (entry & PRESENT_OF_FILE) == PRESENT_OF_FILE; }

/* Drops pages of a writable mapping that are still the file's: what was written is anonymous memory. */
static void forget_unwritten(uint64_t start, uint64_t end)
{
	uint64_t entries[PIECE];
	size_t count;
	for (; (count = read_lookups(entries, start, end)); start += count * 4096)
		for (size_t i = 0; i < count; i++) {
			size_t first = i;
			while (i < count && is_of_file(entries[i]))
				i++;
			if (i > first)
				csb_drop((char *)start + first * 4096, (i - first) * 4096);
		}
	explicit_bzero(entries, sizeof entries);
}

void csb_forget_lookups(void)
{
	for (size_t i = 0; i < loaded_count; i++)
		if (loaded[i].kind != READ_ONLY)
			forget_unwritten(loaded[i].start, loaded[i].end);
		else
			csb_drop((void *)loaded[i].start, loaded[i].end - loaded[i].start);
}

/* With as much that is not there below it: overflow ends the process instead of hitting data. */
static struct {
	char guard[1 << 20], pages[1 << 20];
} stack __attribute__((aligned(4096), section(".bss.stack")));
/* So much room is in front of that (scripts/launcher.ld). */
_Static_assert(sizeof(struct csb_shared) + CSB_MAX_CHANNELS * sizeof(struct csb_channel) <= 0xc0000,
	"shared memory reaches into the guard below the stack: make room in scripts/launcher.ld");

/* The kernel looks up sixteen pages of a file at once. Whether one of them is of use: it is forgotten, and
 * looked at when all that a launcher does between two forks has been done. */
enum { AROUND = 16, SERVING = 2, CANDIDATES = 1024, DROPPED = 1, NEEDED = 2 };
static uint64_t candidates[CANDIDATES] __attribute__((aligned(4096)));
static size_t candidate_count;
static int sift_turn;

static int is_looked_up(uint64_t place)
{
	uint64_t entry;
	int result = pread(page_map, &entry, sizeof entry, place / 4096 * sizeof entry) == sizeof entry &&
		is_of_file(entry);
	explicit_bzero(&entry, sizeof entry);
	return result;
}

static int is_candidate(uint64_t place)
{
	for (size_t i = 0; i < candidate_count; i++)
		if ((candidates[i] & ~4095ul) == place)
			return 1;
	return 0;
}

/* Also those that came with others since. */
static void find_candidates(void)
{
	size_t known = candidate_count;
	/* What scripts/launcher-order.txt puts first every sandbox needs, also what no rehearsal runs; and what serves a
	 * trap, and what it calls, which the same file puts behind it. */
	extern char csb_vouched[];
	uint64_t hot = (uint64_t)csb_vouched & ~4095ul, serving = csb_context.handler & ~4095ul;
	uint64_t entries[PIECE];
	size_t count;
	for (size_t i = 0; i < loaded_count; i++)
		for (uint64_t at = loaded[i].start; loaded[i].kind != WRITTEN &&
		     (count = read_lookups(entries, at, loaded[i].end)); at += count * 4096)
			for (size_t j = 0; j < count && candidate_count < CANDIDATES; j++)
				if (at + j * 4096 - hot >= AROUND * 4096 && at + j * 4096 - serving >= SERVING * 4096 &&
				    is_of_file(entries[j]) && !(known && is_candidate(at + j * 4096)))
					candidates[candidate_count++] = at + j * 4096;
	explicit_bzero(entries, sizeof entries);
}

int csb_sift_lookups(void)
{
	if (page_map < 0)
		return 0;
	int is_last = sift_turn == AROUND;
	if (!sift_turn || is_last)
		find_candidates();
	for (size_t i = 0; i < candidate_count; i++) {
		uint64_t place = candidates[i] & ~4095ul;
		if (candidates[i] & DROPPED)
			candidates[i] = place | (is_looked_up(place) ? NEEDED : 0);
		/* Of neighbours one at a time: they come back together. */
		if (is_last ? !(candidates[i] & NEEDED) : place / 4096 % AROUND == sift_turn) {
			candidates[i] |= DROPPED;
			csb_drop((void *)place, 4096);
		}
	}
	sift_turn++;
	if (is_last) {
		/* Neither that, nor what the start had on the stack, is to be copied; but where csb_drop is to go on is. */
		candidate_count = 0;
		csb_drop(candidates, sizeof candidates);
		uint64_t used;
		__asm__("mov %%rsp, %0" : "=r"(used));
		used = (used - 256) & ~4095ul;
		if (used - (uint64_t)stack.pages < sizeof stack.pages)
			csb_drop(stack.pages, used - (uint64_t)stack.pages);
		csb_close(page_map);
		page_map = -1;
	}
	return !is_last;
}

void csb_leave_given(void)
{
	if (first_stack.end)
		madvise((void *)first_stack.start, first_stack.end - first_stack.start, MADV_DONTFORK);
	for (size_t i = 0; i < sizeof given / sizeof *given; i++)
		if (given[i].end)
			munmap((void *)given[i].start, given[i].end - given[i].start);
}

/* The C library has the kernel write into its thread's page at each switch, for a feature that nothing here
 * uses: a page that every fork would copy, and every sandbox too. */
void csb_forget_restarts(void)
{
	if (__rseq_size)
		syscall(SYS_rseq, (char *)__builtin_thread_pointer() + __rseq_offset, 32, RSEQ_FLAG_UNREGISTER,
			RSEQ_SIG);
}

void csb_exit(int status)
{
	for (;;)
		system_call(SYS_exit_group, status, 0, 0, 0);
}

/* So that the calls of a sandbox start at the top of a page, and need no second one. By trial: the benchmark says how
 * many page faults a sandbox has. */
enum { FIRST_FRAMES = 0xb20 };

void *csb_end_of_stack(size_t *size)
{
	*size = 64 << 10;
	return stack.pages;
}

int csb_on_own_stack(int (*body)(void))
{
	int result;
	/* scripts/launcher.ld */
	extern char csb_hole[] __attribute__((weak));
	char *hole = csb_hole ? csb_hole : stack.guard;
	if (munmap(hole, stack.pages - hole))
		return 1;
	__asm__ volatile("mov %%rsp, %%rbx\n\t"
			 "mov %2, %%rsp\n\t"
			 "call *%1\n\t"
			 "mov %%rbx, %%rsp"
			 : "=a"(result)
			 : "r"(body), "r"(stack.pages + sizeof stack.pages - FIRST_FRAMES)
			 : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory", "cc");
	return result;
}
