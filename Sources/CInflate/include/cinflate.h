/* ISA-L's inflate inside a program that loads no libraries: Debian has it as a shared library only, so its
 * file is a part of the program, and the little that a dynamic linker would do for it is done here.
 * Defines isal_inflate_init and isal_inflate of isa-l/igzip_lib.h. */
#ifndef CINFLATE_H
#define CINFLATE_H

#pragma clang assume_nonnull begin

/* Makes the library's code, and its constants, executable and read-only. Before there is a filter. What is wrong with
 * the library; null: nothing. */
const char *_Nullable cinflate_protect(void);

#pragma clang assume_nonnull end
#endif
