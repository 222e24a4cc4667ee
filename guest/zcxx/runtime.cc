// What compiled C++ calls by itself: memory, one-time initialisation, the end of a program. There are
// no exceptions: what would throw says so and aborts.
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>

[[noreturn]] static void end(const char *what)
{
	fprintf(stderr, "terminate called: %s\n", what);
	abort();
}

static void *allocate(std::size_t size, std::size_t alignment)
{
	if (!size)
		size = 1;
	for (;;) {
		void *result = alignment > alignof(std::max_align_t)
			? aligned_alloc(alignment, (size + alignment - 1) & ~(alignment - 1))
			: malloc(size);
		if (result)
			return result;
		std::new_handler handler = std::get_new_handler();
		if (!handler)
			return nullptr;
		handler();
	}
}

static void *must_allocate(std::size_t size, std::size_t alignment)
{
	void *result = allocate(size, alignment);
	if (!result)
		end("std::bad_alloc");
	return result;
}

void *operator new(std::size_t size) { return must_allocate(size, 1); }
void *operator new[](std::size_t size) { return must_allocate(size, 1); }
void *operator new(std::size_t size, const std::nothrow_t &) noexcept { return allocate(size, 1); }
void *operator new[](std::size_t size, const std::nothrow_t &) noexcept { return allocate(size, 1); }
void *operator new(std::size_t size, std::align_val_t a) { return must_allocate(size, std::size_t(a)); }
void *operator new[](std::size_t size, std::align_val_t a) { return must_allocate(size, std::size_t(a)); }
void *operator new(std::size_t size, std::align_val_t a, const std::nothrow_t &) noexcept
{
	return allocate(size, std::size_t(a));
}
void *operator new[](std::size_t size, std::align_val_t a, const std::nothrow_t &) noexcept
{
	return allocate(size, std::size_t(a));
}
void operator delete(void *p) noexcept { free(p); }
void operator delete[](void *p) noexcept { free(p); }
void operator delete(void *p, std::size_t) noexcept { free(p); }
void operator delete[](void *p, std::size_t) noexcept { free(p); }
void operator delete(void *p, std::align_val_t) noexcept { free(p); }
void operator delete[](void *p, std::align_val_t) noexcept { free(p); }
void operator delete(void *p, std::size_t, std::align_val_t) noexcept { free(p); }
void operator delete[](void *p, std::size_t, std::align_val_t) noexcept { free(p); }
void operator delete(void *p, const std::nothrow_t &) noexcept { free(p); }
void operator delete[](void *p, const std::nothrow_t &) noexcept { free(p); }

static std::new_handler new_handler;

namespace std {
const nothrow_t nothrow{};
new_handler get_new_handler() noexcept { return ::new_handler; }
new_handler set_new_handler(new_handler handler) noexcept
{
	std::new_handler before = ::new_handler;
	::new_handler = handler;
	return before;
}
void terminate() noexcept { end("std::terminate"); }
}

extern "C" {
void *__dso_handle;

[[noreturn]] void __cxa_pure_virtual() { end("pure virtual method called"); }
[[noreturn]] void __cxa_deleted_virtual() { end("deleted virtual method called"); }
[[noreturn]] void __cxa_throw_bad_array_new_length() { end("std::bad_array_new_length"); }

// A guard is 64 bits: the first byte says that it is done (Itanium C++ ABI, 3.3.3).
int __cxa_guard_acquire(unsigned char *guard)
{
	if (guard[0])
		return 0;
	if (guard[1])
		end("a static variable's initialisation needs itself");
	guard[1] = 1;
	return 1;
}
void __cxa_guard_release(unsigned char *guard) { guard[0] = 1; }
void __cxa_guard_abort(unsigned char *guard) { guard[1] = 0; }
int __cxa_atexit(void (*)(void *), void *, void *);
int __cxa_thread_atexit(void (*f)(void *), void *p, void *dso)
{
	return __cxa_atexit(f, p, dso);
}
}

// The library's headers throw through these (bits/functexcept.h).
namespace std {
[[noreturn]] void __throw_bad_alloc() { end("std::bad_alloc"); }
[[noreturn]] void __throw_bad_array_new_length() { end("std::bad_array_new_length"); }
[[noreturn]] void __throw_bad_exception() { end("std::bad_exception"); }
[[noreturn]] void __throw_bad_cast() { end("std::bad_cast"); }
[[noreturn]] void __throw_bad_typeid() { end("std::bad_typeid"); }
[[noreturn]] void __throw_bad_function_call() { end("std::bad_function_call"); }
[[noreturn]] void __throw_logic_error(const char *what) { end(what); }
[[noreturn]] void __throw_domain_error(const char *what) { end(what); }
[[noreturn]] void __throw_invalid_argument(const char *what) { end(what); }
[[noreturn]] void __throw_length_error(const char *what) { end(what); }
[[noreturn]] void __throw_out_of_range(const char *what) { end(what); }
[[noreturn]] void __throw_runtime_error(const char *what) { end(what); }
[[noreturn]] void __throw_range_error(const char *what) { end(what); }
[[noreturn]] void __throw_overflow_error(const char *what) { end(what); }
[[noreturn]] void __throw_underflow_error(const char *what) { end(what); }
[[noreturn]] void __throw_system_error(int) { end("std::system_error"); }
[[noreturn]] void __throw_future_error(int) { end("std::future_error"); }
[[noreturn]] void __throw_ios_failure(const char *what) { end(what); }

[[noreturn]] void __throw_out_of_range_fmt(const char *format, ...)
{
	char text[256];
	__builtin_va_list arguments;
	__builtin_va_start(arguments, format);
	// The library's own format has %zu and %s only, which are the C library's too.
	vsnprintf(text, sizeof text, format, arguments);
	__builtin_va_end(arguments);
	end(text);
}

[[noreturn]] void __glibcxx_assert_fail(const char *file, int line, const char *function,
	const char *condition) noexcept
{
	fprintf(stderr, "%s:%d: %s: %s\n", file, line, function, condition ? condition : "unreachable");
	abort();
}
}
