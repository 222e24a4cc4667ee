/* Lua with a set-up of its own, some 100 ms of it, then the script on standard input. Between the two it calls
 * fork: where it may become a template, each session starts there; elsewhere it goes on, and the session has
 * paid for the set-up. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "lauxlib.h"
#include "lua.h"
#include "lualib.h"

static const char set_up[] =
	"words = {}\n"
	"local state = 1\n"
	"for index = 1, 120000 do\n"
	"  state = (state * 16807) % 2147483647\n"
	"  words[string.format('w%x', state)] = index\n"
	"end\n"
	"function look(word) return words[word] or 0 end\n";

int main(void)
{
	static char script[4096];
	lua_State *lua = luaL_newstate();
	luaL_openlibs(lua);
	if (luaL_dostring(lua, set_up))
		return 1;
	fork();
	size_t size = fread(script, 1, sizeof script - 1, stdin);
	script[size] = 0;
	if (luaL_dostring(lua, script)) {
		fprintf(stderr, "%s\n", lua_tostring(lua, -1));
		return 1;
	}
	return 0;
}
