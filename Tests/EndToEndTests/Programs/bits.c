/* Bit instructions with the bit's number in a register: new value and old bit, as the machine has
 * it, in every combination of width and registers that matters. */
#include <stdint.h>
#include <stdio.h>

#define BIT(name, operation, target, index, suffix, type) \
	static void name(type value, type number) \
	{ \
		register type t __asm__(target) = value; \
		register type n __asm__(index) = number; \
		unsigned char carry; \
		__asm__ volatile(operation " %" suffix "2, %" suffix "0\n\tsetc %1" : "+r"(t), "=q"(carry) : "r"(n) : "cc"); \
		printf(#name " %llx %llx: %llx %d %llx\n", (unsigned long long)value, \
			(unsigned long long)number, (unsigned long long)t, carry, (unsigned long long)n); \
	}

#define FAMILY(width, suffix, type) \
	BIT(bt_ax_cx_##width, "bt", "rax", "rcx", suffix, type) \
	BIT(bts_ax_cx_##width, "bts", "rax", "rcx", suffix, type) \
	BIT(btr_cx_dx_##width, "btr", "rcx", "rdx", suffix, type) \
	BIT(btc_dx_si_##width, "btc", "rdx", "rsi", suffix, type) \
	BIT(bts_cx_r9_##width, "bts", "rcx", "r9", suffix, type) \
	BIT(btr_r8_ax_##width, "btr", "r8", "rax", suffix, type)

FAMILY(32, "k", uint32_t)
FAMILY(64, "q", uint64_t)

int main(void)
{
	static const uint64_t values[] = { 0, 1, 0x80000000, 0xffffffff, 0x8000000000000001, 0x123456789abcdef0 };
	for (unsigned i = 0; i < sizeof values / sizeof *values; i++)
		for (unsigned n = 0; n < 70; n += 3) {
#define CALL(width) \
	bt_ax_cx_##width(values[i], n), bts_ax_cx_##width(values[i], n), btr_cx_dx_##width(values[i], n), \
	btc_dx_si_##width(values[i], n), bts_cx_r9_##width(values[i], n), btr_r8_ax_##width(values[i], n);
			CALL(32)
			CALL(64)
		}
	return 0;
}
