-- Counts words: runs of letters, made lower case. Out: `word TAB count`.
local count = {}
for line in io.lines() do
  for word in line:gmatch("%a+") do
    word = word:lower()
    count[word] = (count[word] or 0) + 1
  end
end
for word, n in pairs(count) do print(word, n) end
