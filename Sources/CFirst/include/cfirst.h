/* What `zvm` does before its C library and Swift's runtime are set up, which take as long as the launcher's own
 * start: where its words ask for a program to be run, it starts the launcher. */
#ifndef CFIRST_H
#define CFIRST_H

#include <stdint.h>

/* The process, and our end of its control socket. Both 0: none was started, or it has been taken. */
struct cfirst_launcher {
	int32_t process, socket;
};

/* The launcher that was started before all else, once. Where the program does not begin at cfirst_begin, none is. */
struct cfirst_launcher cfirst_take(void);

#endif
