/* Complex multiplication and division as C11 annex G wants them: infinities are put right after
 * the plain formula gave NaN. One macro body a floating type. */
#define ISINF(x) __builtin_isinf(x)
#define ISNAN(x) __builtin_isnan(x)

#define COMPLEX(T, SUFFIX, COPYSIGN, FABS, FMAX, LOGB, SCALBN)                                     \
	_Complex T __mul##SUFFIX##c3(T a, T b, T c, T d)                                           \
	{                                                                                          \
		T ac = a * c, bd = b * d, ad = a * d, bc = b * c;                                  \
		T x = ac - bd, y = ad + bc;                                                        \
		if (ISNAN(x) && ISNAN(y)) {                                                        \
			int again = 0;                                                             \
			if (ISINF(a) || ISINF(b)) {                                                \
				a = COPYSIGN(ISINF(a) ? 1 : 0, a);                                 \
				b = COPYSIGN(ISINF(b) ? 1 : 0, b);                                 \
				if (ISNAN(c)) c = COPYSIGN(0, c);                                  \
				if (ISNAN(d)) d = COPYSIGN(0, d);                                  \
				again = 1;                                                         \
			}                                                                          \
			if (ISINF(c) || ISINF(d)) {                                                \
				c = COPYSIGN(ISINF(c) ? 1 : 0, c);                                 \
				d = COPYSIGN(ISINF(d) ? 1 : 0, d);                                 \
				if (ISNAN(a)) a = COPYSIGN(0, a);                                  \
				if (ISNAN(b)) b = COPYSIGN(0, b);                                  \
				again = 1;                                                         \
			}                                                                          \
			if (!again && (ISINF(ac) || ISINF(bd) || ISINF(ad) || ISINF(bc))) {        \
				if (ISNAN(a)) a = COPYSIGN(0, a);                                  \
				if (ISNAN(b)) b = COPYSIGN(0, b);                                  \
				if (ISNAN(c)) c = COPYSIGN(0, c);                                  \
				if (ISNAN(d)) d = COPYSIGN(0, d);                                  \
				again = 1;                                                         \
			}                                                                          \
			if (again) {                                                               \
				x = (T)__builtin_inf() * (a * c - b * d);                          \
				y = (T)__builtin_inf() * (a * d + b * c);                          \
			}                                                                          \
		}                                                                                  \
		_Complex T z;                                                                      \
		__real__ z = x;                                                                    \
		__imag__ z = y;                                                                    \
		return z;                                                                          \
	}                                                                                          \
	_Complex T __div##SUFFIX##c3(T a, T b, T c, T d)                                           \
	{                                                                                          \
		int scale = 0;                                                                     \
		T logbw = LOGB(FMAX(FABS(c), FABS(d)));                                            \
		if (__builtin_isfinite(logbw)) {                                                   \
			scale = (int)logbw;                                                        \
			c = SCALBN(c, -scale);                                                     \
			d = SCALBN(d, -scale);                                                     \
		}                                                                                  \
		T denominator = c * c + d * d;                                                     \
		T x = SCALBN((a * c + b * d) / denominator, -scale);                               \
		T y = SCALBN((b * c - a * d) / denominator, -scale);                               \
		if (ISNAN(x) && ISNAN(y)) {                                                        \
			if (denominator == 0 && (!ISNAN(a) || !ISNAN(b))) {                        \
				x = COPYSIGN((T)__builtin_inf(), c) * a;                           \
				y = COPYSIGN((T)__builtin_inf(), c) * b;                           \
			} else if ((ISINF(a) || ISINF(b)) && __builtin_isfinite(c) &&              \
				   __builtin_isfinite(d)) {                                        \
				a = COPYSIGN(ISINF(a) ? 1 : 0, a);                                 \
				b = COPYSIGN(ISINF(b) ? 1 : 0, b);                                 \
				x = (T)__builtin_inf() * (a * c + b * d);                          \
				y = (T)__builtin_inf() * (b * c - a * d);                          \
			} else if (ISINF(logbw) && logbw > 0 && __builtin_isfinite(a) &&           \
				   __builtin_isfinite(b)) {                                        \
				c = COPYSIGN(ISINF(c) ? 1 : 0, c);                                 \
				d = COPYSIGN(ISINF(d) ? 1 : 0, d);                                 \
				x = 0 * (a * c + b * d);                                           \
				y = 0 * (b * c - a * d);                                           \
			}                                                                          \
		}                                                                                  \
		_Complex T z;                                                                      \
		__real__ z = x;                                                                    \
		__imag__ z = y;                                                                    \
		return z;                                                                          \
	}

COMPLEX(float, s, __builtin_copysignf, __builtin_fabsf, __builtin_fmaxf, __builtin_logbf,
	__builtin_scalbnf)
COMPLEX(double, d, __builtin_copysign, __builtin_fabs, __builtin_fmax, __builtin_logb,
	__builtin_scalbn)
COMPLEX(long double, x, __builtin_copysignl, __builtin_fabsl, __builtin_fmaxl, __builtin_logbl,
	__builtin_scalbnl)
