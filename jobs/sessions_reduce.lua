-- Visits of each address: requests with less than so many seconds between them (1800, or what the
-- argument says) are one visit. Out: `address TAB visits TAB requests`, in byte order.
local pause = tonumber(arg[1] or 1800)
local times, addresses = {}, {}
for line in io.lines() do
  local address, seconds = line:match("^([^\t]*)\t(%d+)$")
  if not address then error("not a line of sessions_map: " .. line) end
  local list = times[address]
  if not list then
    list = {}
    times[address] = list
    addresses[#addresses + 1] = address
  end
  list[#list + 1] = tonumber(seconds)
end
table.sort(addresses)
for _, address in ipairs(addresses) do
  local list, visits = times[address], 1
  table.sort(list)
  for i = 2, #list do
    if list[i] - list[i - 1] >= pause then visits = visits + 1 end
  end
  print(address, visits, #list)
end
