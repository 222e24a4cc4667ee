/* Tables that are put together by the linker: nothing but their ends is referred to. */
#include <stdio.h>

struct entry {
	const char *name;
	int value;
};

#define ENTRY(name, value) \
	static const struct entry entry_##name __attribute__((used, section("entries"))) = { #name, value }

ENTRY(one, 1);
ENTRY(two, 2);
ENTRY(three, 3);

extern const struct entry __start_entries[], __stop_entries[];

int main(void)
{
	for (const struct entry *at = __start_entries; at < __stop_entries; at++)
		printf("%s %d\n", at->name, at->value);
}
