// In place of the one for the GNU C library: the "C" locale only.
#ifndef _GLIBCXX_CXX_LOCALE_H
#define _GLIBCXX_CXX_LOCALE_H 1
#include <clocale>
#include <cstdarg>
#include <cstdio>
#define _GLIBCXX_NUM_CATEGORIES 0
namespace std {
typedef int *__c_locale;
inline int __convert_from_v(const __c_locale &, char *out, const int size, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int result = vsnprintf(out, size, format, arguments);
	va_end(arguments);
	return result;
}
}
#endif
