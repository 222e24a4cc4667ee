-- Requests and bytes for each status code of an access log: what status_map.c does.
local requests, bytes = {}, {}
for line in io.lines() do
  local status, size = line:match('^[^"]*"[^"]*"[ \t]*(%d+)[ \t]*(%d*)')
  status = tonumber(status)
  if status and status < 1000 then
    requests[status] = (requests[status] or 0) + 1
    bytes[status] = (bytes[status] or 0) + (tonumber(size) or 0)
  end
end
for status = 0, 999 do
  if requests[status] then print(status, requests[status], bytes[status]) end
end
