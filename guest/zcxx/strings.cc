// The instantiations that the headers say are elsewhere (extern template).
#include <memory>
#include <string>

namespace std {
template class allocator<char>;
template class allocator<wchar_t>;
template class basic_string<char>;
template class basic_string<wchar_t>;
template basic_string<char> operator+(const char *, const basic_string<char> &);

// Without run-time types a deleter is never asked for by its own.
bool _Sp_make_shared_tag::_S_eq(const type_info &) noexcept { return false; }
}
