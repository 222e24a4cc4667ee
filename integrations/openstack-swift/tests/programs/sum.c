/* Adds numbers: the plainest reduce. */
#include <stdio.h>
int main(void) {
  long n = 0, x;
  while (scanf("%ld", &x) == 1) n += x;
  printf("%ld\n", n);
  return 0;
}
