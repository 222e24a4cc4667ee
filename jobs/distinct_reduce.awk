# The number of different keys of `key TAB value` lines.
BEGIN { FS = "\t" }
!seen[$1]++ { n++ }
END { print n + 0 }
