/* What makes a fork cheap: few pages to copy, few to look up again. The figures are of the machine of
 * benchmarks/startup: a page fault costs 2 to 4 microseconds, an entry of a page table 0.1 to 0.2. */
#define _GNU_SOURCE
#include "csandbox.h"
#include <elf.h>
#include <errno.h>
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
	/* The launcher may have died before. */
	if (!result && system_call(SYS_getppid, 0, 0, 0, 0) != parent)
		result = -ESRCH;
	if (!result)
		result = system_call(SYS_close_range, first_channel, ~0u, 0, 0);
	struct rlimit limit = { processes, processes };
	if (!result)
		result = system_call(SYS_prlimit64, 0, RLIMIT_NPROC, (long)&limit, 0);
	return result;
}

/* A fork copies the page table of a mapping only where the mapping has a page of its own; of other
 * mappings of files each page is looked up again. Gives read-only mappings one such page, and forgets
 * what start-up looked up: what is used from here on is what forks will have. */
static int own_page(struct dl_phdr_info *info, size_t size, void *opaque)
{
	(void)size, (void)opaque;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		if (header->p_type != PT_LOAD || header->p_flags & PF_W)
			continue;
		uint64_t start = (info->dlpi_addr + header->p_vaddr) & ~4095ul;
		uint64_t end = (info->dlpi_addr + header->p_vaddr + header->p_memsz + 4095) & ~4095ul;
		/* Not the page that this code runs in: it is not executable for a moment. */
		uint64_t page = start;
		while (page < end && page + 4096 > (uint64_t)own_page && page < (uint64_t)own_page + 4096)
			page += 4096;
		int access = PROT_READ | (header->p_flags & PF_X ? PROT_EXEC : 0);
		if (page == end ||
		    system_call(SYS_mprotect, page, 4096, PROT_READ | PROT_WRITE, 0))
			continue;
		volatile char *byte = (char *)page;
		*byte = *byte;
		if (system_call(SYS_mprotect, page, 4096, access, 0))
			return -1;
		system_call(SYS_madvise, start, end - start, MADV_DONTNEED, 0);
	}
	return 0;
}

int csb_keep_lookups(void) { return dl_iterate_phdr(own_page, 0) ? -EACCES : 0; }

void csb_gather_malloc(void)
{
	/* What is allocated from the end of the heap, not from a free list, lies behind this. */
	char *end = malloc(128 << 10);
	for (size_t size = 24; end && size < 4096; size += 16)
		for (char *piece = malloc(size); piece && piece < end; piece = malloc(size))
			;
}

void csb_tame_malloc(void)
{
	mallopt(M_MMAP_MAX, 0);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	mallopt(M_TOP_PAD, 64 << 10);
}
