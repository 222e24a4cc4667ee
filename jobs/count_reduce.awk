# Adds up `key TAB count` lines; prints them in byte order of the keys.
BEGIN { FS = "\t" }
{
  if (!($1 in total)) key[++n] = $1
  total[$1] += $2
}
END {
  # Bottom-up merge sort: awk has none.
  for (width = 1; width < n; width *= 2) {
    for (from = 1; from <= n; from += 2 * width) {
      left = from
      middle = from + width
      right = middle
      end = middle + width
      if (end > n + 1) end = n + 1
      for (to = from; to < end; to++)
        if (left < middle && left <= n && (right >= end || key[left] "" <= key[right] ""))
          sorted[to] = key[left++]
        else
          sorted[to] = key[right++]
    }
    for (i = 1; i <= n; i++) key[i] = sorted[i]
  }
  for (i = 1; i <= n; i++) printf "%s\t%.0f\n", key[i], total[key[i]]
}
