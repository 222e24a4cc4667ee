/* 128-bit division and remainder, by shifting and subtracting with a shortcut for divisors of one
 * word. Names are fixed by the compiler. */
typedef unsigned __int128 u128;
typedef __int128 i128;
typedef unsigned long long u64;

u128 __udivmodti4(u128 dividend, u128 divisor, u128 *remainder);

static int leading_zeros(u128 x)
{
	u64 high = x >> 64;
	return high ? __builtin_clzll(high) : 64 + __builtin_clzll((u64)x);
}

u128 __udivmodti4(u128 dividend, u128 divisor, u128 *remainder)
{
	u128 quotient = 0;
	if (!divisor)
		__builtin_trap();
	if (dividend >> 64 == 0 && divisor >> 64 == 0) {
		if (remainder)
			*remainder = (u64)dividend % (u64)divisor;
		return (u64)dividend / (u64)divisor;
	}
	if (dividend >= divisor) {
		int shift = leading_zeros(divisor) - leading_zeros(dividend);
		divisor <<= shift;
		for (; shift >= 0; shift--) {
			quotient <<= 1;
			if (dividend >= divisor) {
				dividend -= divisor;
				quotient |= 1;
			}
			divisor >>= 1;
		}
	}
	if (remainder)
		*remainder = dividend;
	return quotient;
}

u128 __udivti3(u128 a, u128 b) { return __udivmodti4(a, b, 0); }

u128 __umodti3(u128 a, u128 b)
{
	u128 remainder;
	__udivmodti4(a, b, &remainder);
	return remainder;
}

static u128 magnitude(i128 x) { return x < 0 ? -(u128)x : (u128)x; }

i128 __divti3(i128 a, i128 b)
{
	u128 quotient = __udivmodti4(magnitude(a), magnitude(b), 0);
	return (a < 0) != (b < 0) ? -quotient : quotient;
}

i128 __modti3(i128 a, i128 b)
{
	u128 remainder = __umodti3(magnitude(a), magnitude(b));
	return a < 0 ? -remainder : remainder;
}
