-- Entries of a Debian changelog by year and by maintainer: what changelog_map.c does.
local count = {}
local function add(key) count[key] = (count[key] or 0) + 1 end
for line in io.lines() do
  local open = line:sub(1, 4) == " -- " and line:find(" <", 1, true)
  local _, close = line:find(">  ", open or #line + 1, true)
  if open and close then
    local year = line:match("^ *[^ ]+ +[^ ]+ +[^ ]+ +(%d%d%d%d) ", close + 1)
    if year then
      add("year " .. year)
      add("by " .. line:sub(5, open - 1))
    end
  end
end
for key, n in pairs(count) do print(key, n) end
