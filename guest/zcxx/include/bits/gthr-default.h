// One thread.
#include <bits/gthr-single.h>
