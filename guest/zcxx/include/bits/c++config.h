// Before the compiler's own header of this name: what its configuration says of the machine that the
// compiler was built for, and does not hold in a guest.
#ifndef ZVM_CXX_CONFIG
#define ZVM_CXX_CONFIG
#include_next <bits/c++config.h>
#undef _GLIBCXX_HAS_GTHREADS
#undef _GLIBCXX_HAVE_GETENTROPY
#undef _GLIBCXX_HAVE_ARC4RANDOM
#undef _GLIBCXX_HAVE_LINUX_FUTEX
#undef _GLIBCXX_USE_NLS
#endif
