/* A Lua script as a kernel: the script defines `start()` and `run(repetition)`, which returns an
 * integer for the checksum. */
#include "kernel.h"
#include "lua.h"
#include "lauxlib.h"
#include "lualib.h"

extern const char script[];
static lua_State *state;

static void check(int status)
{
	if (status == LUA_OK)
		return;
	fprintf(stderr, "%s\n", lua_tostring(state, -1));
	exit(1);
}

void kernel_start(void)
{
	state = luaL_newstate();
	if (!state)
		exit(1);
	luaL_requiref(state, "_G", luaopen_base, 1);
	luaL_requiref(state, "string", luaopen_string, 1);
	luaL_requiref(state, "table", luaopen_table, 1);
	luaL_requiref(state, "math", luaopen_math, 1);
	lua_settop(state, 0);
	check(luaL_loadstring(state, script));
	check(lua_pcall(state, 0, 0, 0));
}

uint32_t kernel_run(unsigned repetition)
{
	lua_getglobal(state, "run");
	lua_pushinteger(state, repetition);
	check(lua_pcall(state, 1, 1, 0));
	uint32_t result = (uint32_t)lua_tointeger(state, -1);
	lua_pop(state, 1);
	return result;
}
