/* From the sandbox's start state to main(): arguments and environment from nvram, an auxiliary
 * vector that shows the C library its thread-local image, then the library's own start-up. */
#include <elf.h>
#include <string.h>
#include "nvram.h"
#include "trap.h"

int main(int, char **, char **);
int __libc_start_main(int (*)(int, char **, char **), int, char **, void (*)(void),
	void (*)(void), void (*)(void));

/* Set by the linker script. */
extern char __zvm_tls_image[], __zvm_tls_file_size[], __zvm_tls_memory_size[], __zvm_tls_align[];

static Elf32_Phdr program_header;
/* AT_RANDOM: 16 bytes that are the same in every run. */
static const unsigned char fixed_random[16] = "zvm determinism";

/* Set while the session is still to become a template (see zrt_settle). */
static int unsettled;

/* The copies go on from here, with 0. Where the session may not become a template: -ENOSYS. */
zrt_long zrt_fork(void)
{
	unsettled = 0;
	return zvm_trap(TRAP_FORK, 0, 0, 0, 0);
}

/* With precache=late a session becomes a template by itself: before it learns or says anything by which
 * one copy differs from the other. Everybody who asks for that calls this first. */
void zrt_settle(void)
{
	if (unsettled)
		zrt_fork();
}

void zrt_exit(int code)
{
	zrt_settle();
	for (;;)
		zvm_trap(TRAP_EXIT, (uint32_t)code, 0, 0, 0);
}

/* The tree as the nvram describes it. With precache=yes the session becomes a template before main:
 * what is not removable is loaded once, and each session that is made of it has its own nvram and
 * its own removable tarballs. With precache=late they are those of the template. */
static void furnish(struct zrt_nvram *nvram)
{
	zrt_tree_start();
	zrt_nvram_read(nvram);
	zrt_clock_start(nvram->seconds);
	zrt_identify(nvram);
	zrt_mount(nvram, 0);
	if (nvram->precache == PRECACHE_YES && zrt_fork() >= 0) {
		struct zrt_nvram fresh;
		zrt_nvram_read(&fresh);
		*nvram = fresh;
		zrt_clock_start(nvram->seconds);
	}
	zrt_mount(nvram, 1);
	zrt_apply_modes(nvram);
	zrt_furnish(nvram);
	zrt_verbosity = nvram->verbosity;
	zrt_files_start();
	unsettled = nvram->precache == PRECACHE_LATE;
}

void zrt_start(void)
{
	static struct zrt_nvram nvram;
	zrt_memory_start();
	furnish(&nvram);

	program_header = (Elf32_Phdr){
		.p_type = PT_TLS,
		.p_vaddr = (uint32_t)__zvm_tls_image,
		.p_filesz = (uint32_t)__zvm_tls_file_size,
		.p_memsz = (uint32_t)__zvm_tls_memory_size,
		.p_align = (uint32_t)__zvm_tls_align ? (uint32_t)__zvm_tls_align : 1,
		.p_flags = PF_R,
	};
	const uint32_t auxiliary[] = {
		AT_PAGESZ, ZRT_PAGE,
		AT_PHDR, (uint32_t)&program_header, AT_PHENT, sizeof program_header, AT_PHNUM, 1,
		AT_RANDOM, (uint32_t)fixed_random,
		AT_UID, zrt_user, AT_EUID, zrt_user, AT_GID, zrt_group, AT_EGID, zrt_group,
		AT_SECURE, 0,
		AT_NULL, 0,
	};
	/* One block, as the kernel lays it out: argv, 0, envp, 0, auxv. */
	uint32_t words = nvram.argc + 1 + nvram.envc + 1;
	char **vector = zrt_need(words * sizeof *vector + sizeof auxiliary);
	memcpy(vector, nvram.argv, nvram.argc * sizeof *vector);
	vector[nvram.argc] = 0;
	memcpy(vector + nvram.argc + 1, nvram.envp, nvram.envc * sizeof *vector);
	vector[words - 1] = 0;
	memcpy(vector + words, auxiliary, sizeof auxiliary);
	__libc_start_main(main, nvram.argc, vector, 0, 0, 0);
	zrt_exit(127);
}
