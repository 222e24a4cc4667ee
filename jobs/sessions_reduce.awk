# Visits of each address: requests with less than so many seconds between them (1800, or what the
# argument says) are one visit. Out: `address TAB visits TAB requests`, in byte order.
BEGIN {
  FS = "\t"
  limit = ARGC > 1 ? ARGV[1] + 0 : 1800
  ARGV[1] = ""
}
{
  # As text in byte order: the address, then the seconds at a fixed width.
  key[++n] = $1 "\t" sprintf("%012.0f", $2)
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
  for (i = 1; i <= n; i++) {
    split(key[i], part, "\t")
    if (i > 1 && part[1] "" == address "") {
      requests++
      if (part[2] - last >= limit) visits++
    } else {
      if (i > 1) print address "\t" visits "\t" requests
      address = part[1]
      visits = requests = 1
    }
    last = part[2] + 0
  }
  if (n) print address "\t" visits "\t" requests
}
