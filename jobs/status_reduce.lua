-- Adds the lines of status_map up, by status.
local requests, bytes = {}, {}
for line in io.lines() do
  local status, count, size = line:match("^(%d+)\t(%d+)\t(%d+)$")
  if not status then error("not a line of status_map: " .. line) end
  status = tonumber(status)
  requests[status] = (requests[status] or 0) + tonumber(count)
  bytes[status] = (bytes[status] or 0) + tonumber(size)
end
for status = 0, 999 do
  if requests[status] then print(status, requests[status], bytes[status]) end
end
