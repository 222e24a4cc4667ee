// Sorts lines `key TAB value` by the bytes of their keys; lines with equal keys keep their order, and a
// line without a TAB is its own key. `shuffle: sort` of a job, where no engine of ours stands between
// map and reduce: on a cluster (docs/OPENSTACK-SWIFT.md). All of standard input is held in memory.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct line {
    const char *start;
    size_t length, key_length;
};

static void fail(const char *what) {
    fprintf(stderr, "sort: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int compare(const void *left, const void *right) {
    const struct line *a = left, *b = right;
    size_t shorter = a->key_length < b->key_length ? a->key_length : b->key_length;
    int order = memcmp(a->start, b->start, shorter);
    if (order) return order;
    if (a->key_length != b->key_length) return a->key_length < b->key_length ? -1 : 1;
    // Equal keys: in the order in which they came, which is that of their places.
    return a->start < b->start ? -1 : a->start > b->start;
}

int main(void) {
    size_t used = 0, room = 1 << 20;
    char *text = malloc(room);
    if (!text) fail("memory");
    for (ssize_t count; (count = read(0, text + used, room - used - 1));) {
        if (count < 0) fail("/dev/stdin");
        used += count;
        if (room - used < 2 && !(text = realloc(text, room *= 2))) fail("memory");
    }
    if (used && text[used - 1] != '\n') text[used++] = '\n';
    size_t lines = 0;
    for (const char *at = text; at < text + used; at = memchr(at, '\n', text + used - at), at++) lines++;
    struct line *list = malloc(lines * sizeof *list + 1);
    if (!list) fail("memory");
    const char *at = text;
    for (size_t index = 0; index < lines; index++) {
        const char *end = memchr(at, '\n', text + used - at);
        const char *tab = memchr(at, '\t', end - at);
        list[index] = (struct line){at, end + 1 - at, (tab ? tab : end) - at};
        at = end + 1;
    }
    qsort(list, lines, sizeof *list, compare);
    for (size_t index = 0; index < lines; index++)
        if (fwrite(list[index].start, 1, list[index].length, stdout) != list[index].length)
            fail("/dev/stdout");
    if (fflush(stdout)) fail("/dev/stdout");
    return 0;
}
