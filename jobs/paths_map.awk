# Requests for each path of an access log, without its query. Out: `path TAB requests`.
BEGIN { FS = "\"" }
NF >= 2 && index($2, " ") {
  path = substr($2, index($2, " ") + 1)
  sub(/[ ?].*/, "", path)
  requests[path]++
}
END { for (path in requests) print path "\t" requests[path] }
