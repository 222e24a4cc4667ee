/* Matrix multiply, 256 by 256 doubles, row times row into row. */
#include "kernel.h"

enum { N = 256 };
static volatile int size = N; /* read at run time, as for any matrix */
static double a[N * N], b[N * N], c[N * N];

void kernel_start(void)
{
	for (int i = 0; i < N * N; i++) {
		a[i] = i % 17 * 0.5;
		b[i] = i % 13 * 0.25;
	}
}

static __attribute__((noinline)) void multiply(int n, double *c, const double *a, const double *b)
{
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < n; j++)
			c[i * n + j] = 0;
		for (int k = 0; k < n; k++) {
			double factor = a[i * n + k];
			for (int j = 0; j < n; j++)
				c[i * n + j] += factor * b[k * n + j];
		}
	}
}

uint32_t kernel_run(unsigned repetition)
{
	a[repetition % (N * N)] += 0.5;
	multiply(size, c, a, b);
	double sum = 0;
	for (int i = 0; i < N * N; i += 97)
		sum += c[i];
	return (uint32_t)(sum / 16);
}
