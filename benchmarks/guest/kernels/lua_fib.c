/* Lua: recursive calls. */
#include "lua_kernel.h"

const char script[] =
	"local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end\n"
	"function run(repetition) return fib(24) + repetition end\n";
