# Entries of a Debian changelog by year and by maintainer: what changelog_map.c does.
/^ -- / {
  open = index($0, " <")
  if (!open) next
  rest = substr($0, open)
  close_at = index(rest, ">  ")
  if (!close_at) next
  n = split(substr(rest, close_at + 3), date, " ")
  if (n < 5 || date[4] !~ /^[0-9][0-9][0-9][0-9]$/) next
  count["year " date[4]]++
  count["by " substr($0, 5, open - 5)]++
}
END { for (key in count) print key "\t" count[key] }
