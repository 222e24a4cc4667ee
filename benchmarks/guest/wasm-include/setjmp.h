/* WebAssembly has no setjmp in this toolchain. Nothing that is measured throws, so a setjmp that
 * never comes back is enough; it favours WebAssembly if anything. */
#ifndef WASM_SETJMP_H
#define WASM_SETJMP_H
typedef int jmp_buf[1];
#define setjmp(buffer) ((void)(buffer), 0)
_Noreturn void abort(void);
#define longjmp(buffer, value) ((void)(buffer), (void)(value), abort())
#endif
