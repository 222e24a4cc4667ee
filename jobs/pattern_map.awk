# Lines that contain the text given as the argument. Out: `TEXT TAB lines`.
BEGIN {
  text = ARGV[1]
  ARGV[1] = ""
}
index($0, text) { lines++ }
END { printf "%s\t%d\n", text, lines }
