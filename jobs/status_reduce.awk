# Adds the lines of status_map up, by status.
{ requests[$1] += $2; bytes[$1] += $3 }
END {
  for (status = 0; status < 1000; status++)
    if (status in requests) printf "%d\t%.0f\t%.0f\n", status, requests[status], bytes[status]
}
