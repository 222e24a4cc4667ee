/* After CoreMark's mix, in our own words: linked lists (search, reverse, merge sort), small integer
 * matrices, a state machine over numbers as text, and a CRC over everything. */
#include "kernel.h"

enum { LIST = 400, SIDE = 24, TEXT = 2048 };

struct item {
	struct item *next;
	int16_t key, value;
};

static struct item items[LIST];
static int16_t left[SIDE][SIDE], right[SIDE][SIDE];
static int32_t product[SIDE][SIDE];
static char text[TEXT + 1];

static uint16_t crc(uint16_t crc, uint32_t data, int bits)
{
	for (int i = 0; i < bits; i++, data >>= 1) {
		int carry = (crc ^ data) & 1;
		crc >>= 1;
		if (carry)
			crc ^= 0xa001;
	}
	return crc;
}

static struct item *find(struct item *list, int16_t value)
{
	while (list && list->value != value)
		list = list->next;
	return list;
}

static struct item *reverse(struct item *list)
{
	struct item *result = 0;
	while (list) {
		struct item *next = list->next;
		list->next = result;
		result = list;
		list = next;
	}
	return result;
}

typedef int compare(const struct item *, const struct item *);
static int by_key(const struct item *a, const struct item *b) { return a->key - b->key; }
static int by_value(const struct item *a, const struct item *b)
{
	int difference = (a->value & 0xff) - (b->value & 0xff);
	return difference ? difference : a->key - b->key;
}

static struct item *merge_sort(struct item *list, int count, compare *order)
{
	if (count < 2) {
		list->next = 0;
		return list;
	}
	struct item *second = list;
	for (int i = 0; i < count / 2; i++)
		second = second->next;
	struct item *b = merge_sort(second, count - count / 2, order);
	struct item *a = merge_sort(list, count / 2, order), *head, **tail = &head;
	while (a && b) {
		struct item **least = order(a, b) <= 0 ? &a : &b;
		*tail = *least;
		tail = &(*least)->next;
		*least = *tail;
	}
	*tail = a ? a : b;
	return head;
}

static uint16_t lists(uint16_t seed)
{
	for (int i = 0; i < LIST; i++) {
		items[i].next = i + 1 < LIST ? &items[i + 1] : 0;
		items[i].key = i;
		items[i].value = (int16_t)((i * 0x3d5 ^ seed) & 0x7fff);
	}
	struct item *list = items;
	uint16_t sum = seed;
	for (int i = 0; i < 40; i++) {
		struct item *found = find(list, (int16_t)((i * 5 * 0x3d5 ^ seed) & 0x7fff));
		sum = crc(sum, found ? found->key : 0xffff, 16);
		list = reverse(list);
	}
	list = merge_sort(list, LIST, by_value);
	for (struct item *i = list; i; i = i->next)
		sum = sum * 3 + i->value;
	list = merge_sort(list, LIST, by_key);
	for (struct item *i = list; i; i = i->next)
		sum = sum * 3 + i->value;
	return crc(sum, list->value, 16);
}

static uint16_t matrices(uint16_t seed)
{
	uint16_t sum = seed;
	for (int i = 0; i < SIDE; i++)
		for (int j = 0; j < SIDE; j++) {
			left[i][j] = (int16_t)(i * 7 + j + seed) & 0xff;
			right[i][j] = (int16_t)(i + j * 5 - seed) & 0xff;
		}
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < SIDE; i++)
			for (int j = 0; j < SIDE; j++) {
				int32_t t = 0;
				for (int k = 0; k < SIDE; k++)
					t += left[i][k] * right[k][j];
				product[i][j] = t;
			}
		for (int i = 0; i < SIDE; i++)
			for (int j = 0; j < SIDE; j++) {
				int32_t t = product[i][j];
				sum += (t >> 2 & 15) * (t >> 5 & 127);
				left[i][j] += (int16_t)t >> 4;
			}
	}
	return crc(sum, product[3][5], 32);
}

enum state { START, INTEGER, FLOAT, EXPONENT, SCIENTIFIC, INVALID, STATES };

static enum state next_number(const char **at, uint32_t *transitions)
{
	const char *p = *at;
	enum state state = START;
	for (; *p && state != INVALID; p++) {
		char c = *p;
		if (c == ',') {
			p++;
			break;
		}
		switch (state) {
		case START:
			state = c >= '0' && c <= '9' ? INTEGER : c == '+' || c == '-' ? INTEGER : c == '.' ? FLOAT : INVALID;
			transitions[START]++;
			break;
		case INTEGER:
			if (c == '.') {
				state = FLOAT;
				transitions[INTEGER]++;
			} else if (c < '0' || c > '9') {
				state = INVALID;
				transitions[INTEGER]++;
			}
			break;
		case FLOAT:
			if (c == 'e' || c == 'E') {
				state = EXPONENT;
				transitions[FLOAT]++;
			} else if (c < '0' || c > '9') {
				state = INVALID;
				transitions[FLOAT]++;
			}
			break;
		case EXPONENT:
			state = c == '+' || c == '-' || (c >= '0' && c <= '9') ? SCIENTIFIC : INVALID;
			transitions[EXPONENT]++;
			break;
		case SCIENTIFIC:
			if (c < '0' || c > '9') {
				state = INVALID;
				transitions[SCIENTIFIC]++;
			}
			break;
		default: break;
		}
	}
	*at = p;
	return state;
}

static uint16_t states(uint16_t seed)
{
	uint32_t finals[STATES] = { 0 }, transitions[STATES] = { 0 };
	text[seed % TEXT] ^= 1;
	for (const char *p = text; *p;)
		finals[next_number(&p, transitions)]++;
	text[seed % TEXT] ^= 1;
	for (int i = 0; i < STATES; i++)
		seed = crc(crc(seed, finals[i], 16), transitions[i], 16);
	return seed;
}

void kernel_start(void)
{
	static const char *const numbers[] = {
		"5012,", "-874,", "+122,", "35.54400,", ".1234500,", "-110.700,", "5.500e+3,", "-.123e-2,",
		"T0.3e-1F,", "-T.T++Tq,", "1T3.4e4z,",
	};
	uint32_t seed = 11;
	while (strlen(text) < TEXT - 16)
		strcat(text, numbers[random_next(&seed) % 11]);
}

uint32_t kernel_run(unsigned repetition)
{
	uint16_t sum = repetition;
	for (int i = 0; i < 20; i++) {
		sum = crc(sum, lists(sum), 16);
		sum = crc(sum, matrices(sum), 16);
		sum = crc(sum, states(sum), 16);
	}
	return sum;
}
