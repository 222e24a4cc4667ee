/* Lua: concatenation, patterns, formatting, table sort. */
#include "lua_kernel.h"

const char script[] =
	"function run(repetition)\n"
	"  local words, sum = {}, repetition\n"
	"  for i = 1, 1500 do\n"
	"    words[i] = string.format('%d-%s', (i * 7919 + repetition) % 1009, ('x'):rep(i % 7))\n"
	"  end\n"
	"  table.sort(words)\n"
	"  local text = table.concat(words, ' ')\n"
	"  for number, tail in text:gmatch('(%d+)%-(x*)') do sum = (sum * 31 + number * 3 + #tail) % 1000003 end\n"
	"  local replaced, count = text:gsub('xx', 'y')\n"
	"  return (sum + count + #replaced + (text:upper():find('999', 1, true) or 0)) % 1000003\n"
	"end\n";
