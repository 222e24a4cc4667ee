/* What makes a fork cheap: few pages to copy, few to look up again. The figures are of the machine of
 * benchmarks/startup: a page fault costs 2 to 4 microseconds, an entry of a page table 0.1 to 0.2. */
#define _GNU_SOURCE
#include "csandbox.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Without the C library: its functions lie in pages that a new process would have to look up. */
static inline long system_call(long number, long a, long b, long c, long d)
{
	long result;
	register long fourth __asm__("r10") = d;
	register long fifth __asm__("r8") = 0;
	register long sixth __asm__("r9") = 0;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
			 : "rcx", "r11", "memory");
	return result;
}

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

/* A fork copies the page table of a mapping only where the mapping once had a page of its own; in other
 * mappings of files each page is looked up again. Gives read-only mappings such a page, by writing a byte
 * of them over itself; where /proc does not allow that, forks are slower. */
static int own_page(struct dl_phdr_info *info, size_t size, void *memory)
{
	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		char *start = (char *)info->dlpi_addr + header->p_vaddr;
		if (header->p_type == PT_LOAD && !(header->p_flags & PF_W) &&
		    pwrite(*(int *)memory, start, 1, (off_t)start) != 1)
			return 0;
	}
	return 0;
}

void csb_keep_lookups(void)
{
	int memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	if (memory < 0)
		return;
	dl_iterate_phdr(own_page, &memory);
	close(memory);
}

static int forget(struct dl_phdr_info *info, size_t size, void *opaque)
{
	(void)size, (void)opaque;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		uint64_t start = (info->dlpi_addr + header->p_vaddr) & ~4095ul;
		uint64_t end = info->dlpi_addr + header->p_vaddr + header->p_memsz;
		if (header->p_type == PT_LOAD && !(header->p_flags & PF_W))
			madvise((void *)start, end - start, MADV_DONTNEED);
	}
	return 0;
}

void csb_forget_lookups(void) { dl_iterate_phdr(forget, 0); }

void csb_gather_malloc(void)
{
	/* Pages that hold nothing are not copied. */
	malloc_trim(0);
	/* What is allocated from the end of the heap, not from a free list, lies behind this. The largest
	 * free pieces first: of a piece only its ends are touched. */
	char *end = malloc(128 << 10);
	for (size_t size = 1 << 20; end && size >= 24; size = size > 4096 ? size / 2 : size - 16) {
		char *piece = malloc(size);
		while (piece && piece < end)
			piece = malloc(size);
		if (size > 4096)
			free(piece);
	}
}

void csb_tame_malloc(void)
{
	mallopt(M_MMAP_MAX, 0);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	mallopt(M_TOP_PAD, 64 << 10);
}
