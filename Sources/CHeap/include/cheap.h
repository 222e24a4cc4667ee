/* malloc and its kin for the launcher and its sandboxes, which have one thread. The C library's keeps its
 * books in six pages, and what it hands out all over its heap: each page that is written to is copied by
 * every fork, for two microseconds. These have theirs in one page, and hand out what was freed last, or
 * else what lies next to the last. Memory is never given back, and asked for with brk alone. */
#ifndef CHEAP_H
#define CHEAP_H

/* Drops pages of what was freed. */
void cheap_drop(void);
/* Forgets what was freed: what is allocated from here on lies together, behind what malloc itself writes
 * to. Once. */
void cheap_gather(void);

#endif
