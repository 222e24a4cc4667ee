/* Runs machine code in a guest's 4 GiB, in a child process, and tells whether anything outside changed.
 * Only for tests: the code that enters the guest and takes its traps is the sandbox's own (CSandbox). */
#ifndef CORACLE_H
#define CORACLE_H
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/* Memory that no guest may touch, filled with a pattern: under and above the guards, where the sandbox
 * has its shared memory, in the middle of nowhere, and on the trusted stack. */
enum { ORACLE_CANARIES = 4, ORACLE_CANARY_BYTES = 65536, ORACLE_RANGES = 96, ORACLE_TEXT_BYTES = 65536 };

enum {
	ORACLE_RUNNING = 0,  /* the child died without saying why */
	ORACLE_STOPPED = 1,  /* by a signal: registers are told */
	ORACLE_TRAPPED = 2,  /* the guest called the trap */
	ORACLE_BROKEN = 3,   /* the child could not be set up: `code` says at which step */
};

/* What a run came to. */
struct oracle_report {
	uint32_t state;
	int32_t signal;
	int32_t code;
	int32_t has_address;
	uint64_t address;
	/* rax rbx rcx rdx rsi rdi rbp rsp r8…r15 rip flags */
	uint64_t registers[18];
	/* Start of the first range of trusted, private memory that is not as it was; 0: all are. */
	uint64_t changed_range;
	/* Whether %gs's context has another trap entry, base or handler than before. */
	uint32_t changed_context;
	/* Bytes of trusted, private memory that were compared. */
	uint32_t compared_bytes;
	/* Number of the first changed canary, counted from 1; 0: none. The last is that on the stack. */
	uint32_t changed_canary;
	/* As from wait(2). */
	int32_t status;
};

/* Maps guest, guards and canaries; once a process. 0 or -errno. */
int oracle_prepare(void);
/* Runs whole bundles of text at guest address 0x20000, as if there were no validator, for at most that
 * much CPU time. With `sparse` only 1 MiB of data and the stack are mapped, as in a sandbox; else all of
 * the guest's memory. 0 or -errno. */
int oracle_run(const uint8_t *text, size_t count, int sparse, int milliseconds,
	struct oracle_report *report);
/* Whether runs compare trusted memory: not when only registers are of interest. */
void oracle_compares(int yes);
/* Addresses that code should not be able to reach: the middle of each canary, the last that of the
 * trusted stack; then of %gs's context. */
uint64_t oracle_canary(int number);
uint64_t oracle_context(void);
/* Whether a stopped run stopped in code that takes or begins a trap, not in the guest's. */
int oracle_is_entry(uint64_t address);

#pragma clang assume_nonnull end
#endif
