-- Adds up `key TAB count` lines; prints them in byte order of the keys.
local total, keys = {}, {}
for line in io.lines() do
  local key, count = line:match("^([^\t]*)\t(%d+)$")
  if not key then error("not a pair: " .. line) end
  if not total[key] then
    total[key] = 0
    keys[#keys + 1] = key
  end
  total[key] = total[key] + tonumber(count)
end
table.sort(keys)
for _, key in ipairs(keys) do print(key, total[key]) end
