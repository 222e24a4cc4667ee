/* Takes the place of arch/x32/pthread_arch.h: segment registers are out of reach, so the thread
 * pointer is a global. There is one thread. */
extern unsigned long __zvm_tp;
static inline uintptr_t __get_tp(void) { return __zvm_tp; }

#define MC_PC gregs[REG_RIP]
#define CANARY_PAD
#define tls_mod_off_t unsigned long long
