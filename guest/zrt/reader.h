/* reader.c, seen by the tar reader. */
#ifndef ZRT_READER_H
#define ZRT_READER_H
#include "zrt.h"

struct zrt_reader {
	int channel;
	int seeks;
	int64_t position;	/* of the next byte */
	char *buffer;
	uint32_t filled, used;
};

int zrt_reader_open(struct zrt_reader *reader, int channel);
void zrt_reader_close(struct zrt_reader *reader);
/* Bytes read: fewer than asked for only at the end. `to` 0 throws them away. */
uint32_t zrt_reader_read(struct zrt_reader *reader, void *to, uint32_t size);
/* 0 when the channel ends before. */
int zrt_reader_skip(struct zrt_reader *reader, int64_t size);
#endif
