-- Lines that contain the text given as the argument. Out: `TEXT TAB lines`.
local text, lines = arg[1], 0
for line in io.lines() do
  if line:find(text, 1, true) then lines = lines + 1 end
end
print(text, lines)
