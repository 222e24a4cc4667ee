/* Runs a nexe WITHOUT any check or wall: host NEXE ARGUMENT. For measuring what each rule costs,
 * with code that breaks that rule and could not be run otherwise. Never for anything else. */
#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const uintptr_t base = 0x440000000000, guard = 40ull << 30, space = 4ull << 30;
static const uint32_t heap_size = 256 << 20, stack_size = 16 << 20;
static char nvram[256];
static size_t nvram_size;

struct channel {
	int64_t limits[4], size;
	uint32_t type, name;
} __attribute__((packed, aligned(4)));

struct manifest {
	uint32_t heap, heap_size, stack_size;
	int32_t channel_count;
	uint32_t channels;
	struct channel channel[4];
	char names[4][16];
};

uintptr_t host_stack;
void guest_enter(uintptr_t base, uintptr_t entry, uintptr_t stack);
void trap_entry(void);

__asm__(".text\n"
	"guest_enter:\n"
	"	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
	"	mov %rsp, host_stack(%rip)\n"
	"	mov %rdi, %r15; mov %rdi, %rbp; mov %rdx, %rsp; jmp *%rsi\n"
	/* The guest's stack pointer is kept on the host's stack across the call. */
	"trap_entry:\n"
	"	mov %rsp, %rax; mov host_stack(%rip), %rsp\n"
	"	push %rax; push %rax; call trap; pop %rsp; ret\n");

int64_t trap(uint32_t where)
{
	const uint64_t *arguments = (const uint64_t *)(base + where);
	uint32_t channel = arguments[2];
	char *buffer = (char *)base + (uint32_t)arguments[3];
	size_t size = (uint32_t)arguments[4];
	switch (arguments[0]) {
	case 0x64616552: /* read */
		if (channel == 3) {
			size_t offset = arguments[5] < nvram_size ? arguments[5] : nvram_size;
			size = size < nvram_size - offset ? size : nvram_size - offset;
			memcpy(buffer, nvram + offset, size);
			return (int64_t)size;
		}
		return read((int)channel, buffer, size);
	case 0x74697257: return write((int)channel, buffer, size);
	case 0x74697845: _exit((int)arguments[2]);
	default: return -ENOSYS;
	}
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fputs("usage: host NEXE ARGUMENT\n", stderr);
		return 2;
	}
	nvram_size = (size_t)snprintf(nvram, sizeof nvram, "[args]\nargs = kernel %s\n", argv[2]);
	FILE *file = fopen(argv[1], "r");
	if (!file)
		fail(argv[1]);
	static unsigned char image[64 << 20];
	size_t count = fread(image, 1, sizeof image, file);
	if (count < sizeof(Elf64_Ehdr))
		fail("read");
	if (mmap((void *)(base - guard), 2 * guard + space, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED
		|| mprotect((void *)(base + 0x10000), space - 0x10000, PROT_READ | PROT_WRITE | PROT_EXEC))
		fail("mmap");
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)image;
	const Elf64_Phdr *segments = (const Elf64_Phdr *)(image + header->e_phoff);
	uint32_t end = 0;
	for (int i = 0; i < header->e_phnum; i++) {
		if (segments[i].p_type != PT_LOAD)
			continue;
		memcpy((char *)base + segments[i].p_vaddr, image + segments[i].p_offset, segments[i].p_filesz);
		end = (uint32_t)(segments[i].p_vaddr + segments[i].p_memsz);
	}
	unsigned char *trampoline = (unsigned char *)base + 0x10000;
	void (*entry)(void) = trap_entry;
	memcpy(trampoline, "\x49\xbb", 2);
	memcpy(trampoline + 2, &entry, 8);
	memcpy(trampoline + 10, "\x41\xff\xe3", 3);

	uint32_t place = 0xFEFF0000u - 0x10000;
	struct manifest *manifest = (struct manifest *)(base + place);
	static const char *const names[] = { "/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/nvram" };
	*manifest = (struct manifest){
		.heap = (end + 0xffff) & ~0xffffu, .heap_size = heap_size, .stack_size = stack_size,
		.channel_count = 4, .channels = place + (uint32_t)offsetof(struct manifest, channel),
	};
	for (int i = 0; i < 4; i++) {
		strcpy(manifest->names[i], names[i]);
		manifest->channel[i] = (struct channel){
			.limits = { 1 << 20, 1 << 30, 1 << 20, 1 << 30 }, .size = i == 3 ? (int64_t)nvram_size : 0,
			.type = i == 3 ? 3 : 0, .name = place + (uint32_t)offsetof(struct manifest, names) + 16 * i,
		};
	}
	*(uint32_t *)(base + 0xFEFFFFFC) = place;
	guest_enter(base, base + header->e_entry, base + space - 64);
}
