/* Bit counts for baselines without POPCNT, and the last resort of unreachable code. */
typedef unsigned long long u64;

int __popcountdi2(u64 x)
{
	x -= x >> 1 & 0x5555555555555555;
	x = (x & 0x3333333333333333) + (x >> 2 & 0x3333333333333333);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return x * 0x0101010101010101 >> 56;
}

int __popcountsi2(unsigned x) { return __popcountdi2(x); }

int __paritydi2(u64 x) { return __popcountdi2(x) & 1; }

double __powidf2(double base, int exponent)
{
	unsigned n = exponent < 0 ? -(unsigned)exponent : (unsigned)exponent;
	double result = n & 1 ? base : 1;
	while (n >>= 1) {
		base *= base;
		if (n & 1)
			result *= base;
	}
	return exponent < 0 ? 1 / result : result;
}

float __powisf2(float base, int exponent) { return __powidf2(base, exponent); }
