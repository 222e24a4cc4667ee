# When each address of an access log asked for something. Out: `address TAB seconds since 1970`.
BEGIN {
  split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", name, " ")
  for (i in name) month[name[i]] = i
}
$4 ~ /^\[[0-9][0-9]\/...\/[0-9][0-9][0-9][0-9]:[0-9][0-9]:[0-9][0-9]:[0-9][0-9]$/ &&
    $5 ~ /^[+-][0-9][0-9][0-9][0-9]\]$/ && substr($4, 5, 3) in month {
  # Days since 1970, with years that begin in March: the leap day comes last.
  m = month[substr($4, 5, 3)]
  y = substr($4, 9, 4) - (m < 3)
  m = (m + 9) % 12
  days = 365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * m + 2) / 5) + \
    substr($4, 2, 2) - 719469
  zone = substr($5, 2, 2) * 3600 + substr($5, 4, 2) * 60
  if (substr($5, 1, 1) == "-") zone = -zone
  printf "%s\t%.0f\n", $1, \
    days * 86400 + substr($4, 14, 2) * 3600 + substr($4, 17, 2) * 60 + substr($4, 20, 2) - zone
}
