#ifndef ZVM_CDEFS_H
#define ZVM_CDEFS_H
#include <features.h>
#define __BEGIN_DECLS
#define __END_DECLS
#define __THROW
#define __THROWNL
#define __NTH(function) function
#define __P(arguments) arguments
#define __glibc_unlikely(what) __builtin_expect((what), 0)
#define __glibc_likely(what) __builtin_expect((what), 1)
#define __attribute_noinline__ __attribute__((noinline))
#define __always_inline inline __attribute__((always_inline))
#define __STRING(text) #text
#define __CONCAT(a, b) a##b
#define __nonnull(parameters)
#define __wur
#endif
