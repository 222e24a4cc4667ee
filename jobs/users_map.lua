-- Addresses that an access log names, each once. Out: `address TAB 1`.
local seen = {}
for line in io.lines() do
  local address = line:match("^[^ ]+")
  if address and not seen[address] then
    seen[address] = true
    print(address, 1)
  end
end
