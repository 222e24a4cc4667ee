-- The number of different keys of `key TAB value` lines.
local seen, n = {}, 0
for line in io.lines() do
  local key = line:match("^[^\t]*")
  if not seen[key] then
    seen[key] = true
    n = n + 1
  end
end
print(n)
