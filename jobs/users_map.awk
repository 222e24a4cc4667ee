# Addresses that an access log names, each once. Out: `address TAB 1`.
$1 != "" && !seen[$1]++ { print $1 "\t" 1 }
