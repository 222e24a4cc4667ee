#include <support/support.h>
