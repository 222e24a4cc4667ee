/* See cinflate.h. The file is this program's own, as trusted as its code; what is checked here is whether it
 * is one that this little linker can link. */
#include "cinflate.h"
#include <elf.h>
#include <isa-l/igzip_lib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

extern char cinflate_file[], cinflate_file_end[], cinflate_end[];

/* What the library takes from the C library. */
void __assert_fail(const char *, const char *, unsigned, const char *) __attribute__((noreturn));
void *__memset_chk(void *, int, size_t, size_t);
void __stack_chk_fail(void) __attribute__((noreturn));
wchar_t *wmemset(wchar_t *, wchar_t, size_t);
static const struct {
	const char *name;
	void *place;
} imports[] = {
	{ "__assert_fail", __assert_fail }, { "__memset_chk", __memset_chk },
	{ "__stack_chk_fail", __stack_chk_fail }, { "memcmp", memcmp }, { "memcpy", memcpy },
	{ "memmove", memmove }, { "memset", memset }, { "strnlen", strnlen }, { "wmemset", wmemset },
};

static int (*inflate)(struct inflate_state *);
static void (*inflate_init)(struct inflate_state *);

static const Elf64_Ehdr *header(void) { return (const Elf64_Ehdr *)cinflate_file; }

static const Elf64_Phdr *segments(void)
{
	return (const Elf64_Phdr *)(cinflate_file + header()->e_phoff);
}

const char *cinflate_protect(void)
{
	uint64_t end = 0, written = 0;
	if (memcmp(header()->e_ident, ELFMAG, SELFMAG) || header()->e_machine != EM_X86_64)
		return "no library for this processor";
	for (int i = 0; i < header()->e_phnum; i++) {
		const Elf64_Phdr *segment = &segments()[i];
		if (segment->p_type != PT_LOAD)
			continue;
		uint64_t start = segment->p_vaddr & ~4095ul;
		int is_written = segment->p_flags & PF_W;
		/* Nothing but the last segment is moved, later and upwards. */
		if (start < end || segment->p_vaddr < segment->p_offset || end == UINT64_MAX ||
		    (!is_written && segment->p_vaddr != segment->p_offset))
			return "its segments lie elsewhere than in the file";
		end = (segment->p_vaddr + segment->p_memsz + 4095) & ~4095ul;
		if (end > (uint64_t)(cinflate_end - cinflate_file))
			return "it takes more memory than there is room for";
		if (is_written) {
			written = start;
			end = UINT64_MAX;
		}
	}
	if (end != UINT64_MAX)
		return "it has nothing that is written to";
	/* Where all of it is code already, that is one mapping less. */
	if (mprotect(cinflate_file, written, PROT_READ | PROT_EXEC) ||
	    mprotect(cinflate_file + written, cinflate_end - cinflate_file - written, PROT_READ | PROT_WRITE))
		return "mprotect";
	return 0;
}

static const Elf64_Dyn *dynamic;

static uint64_t entry(int64_t tag)
{
	for (const Elf64_Dyn *at = dynamic; at->d_tag != DT_NULL; at++)
		if (at->d_tag == tag)
			return at->d_un.d_val;
	return 0;
}

static uint64_t place_of(const Elf64_Sym *symbol)
{
	if (symbol->st_shndx != SHN_UNDEF && ELF64_ST_TYPE(symbol->st_info) != STT_GNU_IFUNC)
		return (uint64_t)cinflate_file + symbol->st_value;
	const char *name = cinflate_file + entry(DT_STRTAB) + symbol->st_name;
	for (size_t i = 0; i < sizeof imports / sizeof *imports; i++)
		if (!strcmp(name, imports[i].name))
			return (uint64_t)imports[i].place;
	if (ELF64_ST_BIND(symbol->st_info) != STB_WEAK)
		abort();
	return 0;
}

static void relocate(uint64_t table, uint64_t size)
{
	const Elf64_Rela *rela = (const Elf64_Rela *)(cinflate_file + table);
	const Elf64_Sym *symbols = (const Elf64_Sym *)(cinflate_file + entry(DT_SYMTAB));
	for (uint64_t i = 0; i < size / sizeof *rela; i++) {
		uint64_t *target = (uint64_t *)(cinflate_file + rela[i].r_offset);
		switch (ELF64_R_TYPE(rela[i].r_info)) {
		case R_X86_64_RELATIVE:
			*target = (uint64_t)cinflate_file + rela[i].r_addend;
			break;
		case R_X86_64_GLOB_DAT:
		case R_X86_64_JUMP_SLOT:
			*target = place_of(&symbols[ELF64_R_SYM(rela[i].r_info)]);
			break;
		case R_X86_64_64:
			*target = place_of(&symbols[ELF64_R_SYM(rela[i].r_info)]) + rela[i].r_addend;
			break;
		default: abort();
		}
	}
}

/* Linkers put the names right behind the symbols. */
static void *find(const char *name)
{
	const Elf64_Sym *symbol = (const Elf64_Sym *)(cinflate_file + entry(DT_SYMTAB));
	const Elf64_Sym *end = (const Elf64_Sym *)(cinflate_file + entry(DT_STRTAB));
	for (; symbol < end; symbol++)
		if (!strcmp(cinflate_file + entry(DT_STRTAB) + symbol->st_name, name))
			return (void *)place_of(symbol);
	abort();
}

/* On first use, in the process that uses it: what it writes to is that one's own. */
static void link_library(void)
{
	for (int i = 0; i < header()->e_phnum; i++) {
		const Elf64_Phdr *segment = &segments()[i];
		if (segment->p_type == PT_LOAD && segment->p_flags & PF_W) {
			char *start = cinflate_file + segment->p_vaddr;
			memmove(start, cinflate_file + segment->p_offset, segment->p_filesz);
			memset(start + segment->p_filesz, 0, segment->p_memsz - segment->p_filesz);
		}
		if (segment->p_type == PT_DYNAMIC)
			dynamic = (const Elf64_Dyn *)(cinflate_file + segment->p_vaddr);
	}
	relocate(entry(DT_RELA), entry(DT_RELASZ));
	relocate(entry(DT_JMPREL), entry(DT_PLTRELSZ));
	inflate_init = (void (*)(struct inflate_state *))find("isal_inflate_init");
	inflate = (int (*)(struct inflate_state *))find("isal_inflate");
}

void isal_inflate_init(struct inflate_state *state)
{
	if (!inflate_init)
		link_library();
	inflate_init(state);
}

/* After isal_inflate_init. */
int isal_inflate(struct inflate_state *state) { return inflate(state); }
