# Counts words: runs of letters, made lower case. Out: `word TAB count`.
{
  n = split(tolower($0), word, /[^a-z]+/)
  for (i = 1; i <= n; i++) if (word[i] != "") count[word[i]]++
}
END { for (w in count) print w "\t" count[w] }
