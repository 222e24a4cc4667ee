/* Bytes of a channel in order, through a buffer. A stretch that is not wanted costs nothing on a
 * channel that may seek. */
#include <string.h>
#include "reader.h"
#include "trap.h"

enum { BUFFER = 65536 };

int zrt_reader_open(struct zrt_reader *reader, int channel)
{
	const struct zvm_channel *c = &ZVM_MANIFEST->channels[channel];
	*reader = (struct zrt_reader){ .channel = channel,
		.seeks = c->type == CHANNEL_APPEND || c->type == CHANNEL_RANDOM,
		.buffer = zrt_take(BUFFER) };
	return reader->buffer != 0;
}

void zrt_reader_close(struct zrt_reader *reader) { zrt_give(reader->buffer, BUFFER); }

uint32_t zrt_reader_read(struct zrt_reader *reader, void *to, uint32_t size)
{
	uint32_t done = 0;
	while (done < size) {
		uint32_t there = reader->filled - reader->used;
		if (!there) {
			int moved = zvm_trap(TRAP_READ, reader->channel, (uint32_t)reader->buffer, BUFFER,
				reader->position);
			if (moved <= 0)
				break;
			reader->filled = there = moved;
			reader->used = 0;
		}
		if (there > size - done)
			there = size - done;
		if (to)
			memcpy((char *)to + done, reader->buffer + reader->used, there);
		reader->used += there;
		reader->position += there;
		done += there;
	}
	return done;
}

int zrt_reader_skip(struct zrt_reader *reader, int64_t size)
{
	uint32_t there = reader->filled - reader->used;
	if (reader->seeks && size > there) {
		if (size > ZVM_MANIFEST->channels[reader->channel].size - reader->position)
			return 0;
		reader->used = reader->filled = 0;
		reader->position += size;
		return 1;
	}
	while (size) {
		uint32_t piece = size > BUFFER ? BUFFER : size;
		if (zrt_reader_read(reader, 0, piece) < piece)
			return 0;
		size -= piece;
	}
	return 1;
}
