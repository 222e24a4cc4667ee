/* zlib: half a MiB of log-like text compressed at level 6 and decompressed again. */
#include "compressible.h"
#include <zlib.h>

static unsigned char packed[TEXT_SIZE + 4096], unpacked[TEXT_SIZE];

uint32_t kernel_run(unsigned repetition)
{
	uLongf packed_size = sizeof packed, unpacked_size = sizeof unpacked;
	text[repetition % TEXT_SIZE] ^= 1;
	if (compress2(packed, &packed_size, text, TEXT_SIZE, 6) != Z_OK
		|| uncompress(unpacked, &unpacked_size, packed, packed_size) != Z_OK
		|| unpacked_size != TEXT_SIZE || memcmp(text, unpacked, TEXT_SIZE))
		exit(1);
	return (uint32_t)packed_size;
}
