/* A comparison before a jump table, and the same one at the beginning of some of its targets: gcc keeps
 * the flags of the first. Prints what each case computes. */
#include <stdio.h>

__attribute__((noipa)) static int style(unsigned kind, int *out, const char *text)
{
	int sum = 0;
	switch (kind) {
	case 0: sum = out[0] + 1; break;
	case 1: out[1] = 7; sum = text[0]; break;
	case 2: out[2] = 9; sum = text[1] * 3; break;
	case 3: sum = out[3] - 5; out[3] = 1; break;
	case 4: out[4]++; sum = 44; break;
	case 5: out[5] += out[4]; sum = -5; break;
	case 6: sum = text[2] ^ 1; out[0] = sum; break;
	case 7: sum = out[6]; out[6] = out[7]; break;
	case 8:
	case 9:
	case 10:
		if (kind != 10) {
			out[0] = 100;
			sum = text[3];
			out[1] = out[0] + sum;
		}
		sum += out[2] + out[1];
		out[9] = sum;
		break;
	default: return -1;
	}
	return sum + out[8];
}

__attribute__((noipa)) static int sign(int kind, int *out)
{
	switch (kind - 40) {
	case 0: out[0] = 1; break;
	case 1: out[1] = 2; break;
	case 2: out[2] = 3; break;
	case 3: out[3] = 4; break;
	case 4: out[4] = 5; break;
	case 5:
	case 6:
	case 7:
	case 8:
		if (kind - 40u < 8u)
			out[5]++;
		else
			out[6]++;
		break;
	default: return kind;
	}
	return out[0] + out[5] * 10 + out[6] * 100;
}

int main(void)
{
	int out[10] = { 3, 1, 4, 1, 5, 9, 2, 6, 5, 3 };
	for (unsigned round = 0; round < 3; round++)
		for (unsigned kind = 0; kind < 13; kind++)
			printf("%u %d %d\n", kind, style(kind, out, "flags"), sign(kind + 38, out));
	for (int i = 0; i < 10; i++)
		printf("%d\n", out[i]);
}
