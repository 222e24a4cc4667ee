-- Requests for each path of an access log, without its query. Out: `path TAB requests`.
local requests = {}
for line in io.lines() do
  local path = line:match('^[^"]*"[^ "]* ([^ ?"]*)')
  if path then requests[path] = (requests[path] or 0) + 1 end
end
for path, count in pairs(requests) do print(path, count) end
