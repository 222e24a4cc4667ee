-- Adds up `key TAB count` lines; prints the largest, 20 or as many as the argument says.
local limit = tonumber(arg[1] or 20)
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
table.sort(keys, function(a, b)
  if total[a] ~= total[b] then return total[a] > total[b] end
  return a < b
end)
for i = 1, math.min(limit, #keys) do print(keys[i], total[keys[i]]) end
