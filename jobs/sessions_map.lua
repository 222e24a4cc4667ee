-- When each address of an access log asked for something. Out: `address TAB seconds since 1970`.
local month = {}
for name in ("JanFebMarAprMayJunJulAugSepOctNovDec"):gmatch("...") do
  month[name] = #month + 1
  month[#month + 1] = name
end
for line in io.lines() do
  local address, day, name, year, hour, minute, second, sign, zone_hour, zone_minute = line:match(
    "^([^ ]+)[^%[]*%[(%d%d)/(...)/(%d%d%d%d):(%d%d):(%d%d):(%d%d) ([+-])(%d%d)(%d%d)%]")
  local m = month[name]
  if m then
    -- Days since 1970, with years that begin in March: the leap day comes last.
    local y = year - (m < 3 and 1 or 0)
    m = (m + 9) % 12
    local days = 365 * y + y // 4 - y // 100 + y // 400 + (153 * m + 2) // 5 + day - 719469
    local zone = (zone_hour * 60 + zone_minute) * 60
    if sign == "-" then zone = -zone end
    print(address, days * 86400 + hour * 3600 + minute * 60 + second - zone)
  end
end
