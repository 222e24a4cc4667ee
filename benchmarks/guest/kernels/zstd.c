/* Zstandard: half a MiB of log-like text compressed at level 3 and decompressed again. */
#include "compressible.h"
#include <zstd.h>

static unsigned char packed[TEXT_SIZE + 4096], unpacked[TEXT_SIZE];

uint32_t kernel_run(unsigned repetition)
{
	static ZSTD_CCtx *compressor;
	static ZSTD_DCtx *decompressor;
	if (!compressor) {
		compressor = ZSTD_createCCtx();
		decompressor = ZSTD_createDCtx();
	}
	text[repetition % TEXT_SIZE] ^= 1;
	size_t size = ZSTD_compressCCtx(compressor, packed, sizeof packed, text, TEXT_SIZE, 3);
	if (ZSTD_isError(size)
		|| ZSTD_decompressDCtx(decompressor, unpacked, sizeof unpacked, packed, size) != TEXT_SIZE
		|| memcmp(text, unpacked, TEXT_SIZE))
		exit(1);
	return (uint32_t)size;
}
