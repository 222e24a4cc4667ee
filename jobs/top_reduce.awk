# Adds up `key TAB count` lines; prints the largest, 20 or as many as the argument says.
BEGIN {
  FS = "\t"
  limit = ARGC > 1 ? ARGV[1] : 20
  ARGV[1] = ""
}
{ total[$1] += $2 }
END {
  for (n = 0; n < limit; n++) {
    best = ""
    found = 0
    for (key in total)
      if (!found || total[key] > total[best] || (total[key] == total[best] && key "" < best "")) {
        best = key
        found = 1
      }
    if (!found) break
    printf "%s\t%.0f\n", best, total[best]
    delete total[best]
  }
}
