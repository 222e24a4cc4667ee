# Requests and bytes for each status code of an access log: what status_map.c does.
BEGIN { FS = "\"" }
NF >= 3 {
  split($3, field, " ")
  status = field[1]
  if (status !~ /^[0-9]+$/ || status > 999) next
  requests[status + 0]++
  if (field[2] ~ /^[0-9]+$/) bytes[status + 0] += field[2]
}
END {
  for (status = 0; status < 1000; status++)
    if (status in requests) printf "%d\t%.0f\t%.0f\n", status, requests[status], bytes[status]
}
