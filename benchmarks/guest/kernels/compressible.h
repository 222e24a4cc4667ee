/* Log-like text for the compressors. */
#include "kernel.h"

enum { TEXT_SIZE = 1 << 19 };
static unsigned char text[TEXT_SIZE + 256];

void kernel_start(void)
{
	static const char *const words[] = {
		"GET", "POST", "/index.html", "/images/", "200", "404", "HTTP/1.1", "Mozilla/5.0", "agent",
		"session", "user", "error", "warning", "timeout", "connection", "reset",
	};
	uint32_t seed = 17;
	for (size_t length = 0; length < TEXT_SIZE;) {
		uint32_t r = random_next(&seed);
		length += sprintf((char *)text + length, "%s %s %s %u\n", words[r % 16], words[r >> 4 & 15],
			words[r >> 8 & 15], (unsigned)(r >> 12) % 5000);
	}
}
