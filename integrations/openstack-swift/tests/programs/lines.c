/* Counts lines: the plainest map. */
#include <stdio.h>
int main(void) {
  long n = 0;
  int c;
  while ((c = getchar()) != EOF)
    if (c == '\n') n++;
  printf("%ld\n", n);
  return 0;
}
