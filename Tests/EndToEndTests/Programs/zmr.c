/* Exercises libzmr for LibraryTests: the first argument says what to do. */
#include <stdlib.h>
#include <zmr.h>

/* Each record as its size and its bytes: nothing can be lost or moved without a difference. */
static void show(zmr_text record)
{
	printf("%u:", record.size);
	fwrite(record.at, 1, record.size, stdout);
	putchar('\n');
}

static void list(zmr_text key, zmr_values *values)
{
	printf("%.*s=", (int)key.size, key.at);
	for (zmr_text value; zmr_next(values, &value);)
		printf("%.*s;", (int)value.size, value.at);
	putchar('\n');
}

/* Looks at the first value only. */
static void first(zmr_text key, zmr_values *values)
{
	zmr_text value;
	if (zmr_next(values, &value))
		zmr_emit(key, value);
}

/* The largest value: a combiner that has to see the values. */
static void largest(zmr_text key, zmr_values *values)
{
	uint64_t most = 0;
	for (zmr_text value; zmr_next(values, &value);)
		if (zmr_number(value) > most)
			most = zmr_number(value);
	zmr_emit_number(key, most);
}

static void pass(zmr_text line)
{
	zmr_text key;
	zmr_take_field(&line, '\t', &key);
	zmr_emit(key, line);
}

static void searches(zmr_text wanted)
{
	for (zmr_text line; zmr_line(&line);) {
		char *end = line.at + line.size;
		printf("%d\n", (int)(zmr_search(line.at, end, wanted) - line.at));
	}
}

static void numbers(void)
{
	for (zmr_text line; zmr_line(&line);) {
		uint64_t number;
		while (zmr_take_number(&line, &number))
			printf("%llu,", (unsigned long long)number);
		show(line);
	}
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	zmr_text text;
	if (!strcmp(mode, "lines") || !strcmp(mode, "nul") || !strcmp(mode, "fixed") ||
	    !strcmp(mode, "framed")) {
		if (mode[0] == 'n')
			zmr_input_format(ZMR_ENDING(0));
		if (!strcmp(mode, "fixed"))
			zmr_input_format(ZMR_SIZE(atoi(argv[2])));
		if (!strcmp(mode, "framed"))
			zmr_input_format(ZMR_LENGTH_PREFIXED);
		while (zmr_line(&text))
			show(text);
	} else if (!strcmp(mode, "group")) {
		zmr_reduce(list);
	} else if (!strcmp(mode, "first")) {
		zmr_reduce(first);
	} else if (!strcmp(mode, "sum")) {
		zmr_reduce(zmr_sum);
	} else if (!strcmp(mode, "combine")) {
		char *map[] = { argv[0], "map" };
		return zmr_main(2, map, (zmr_job){ .map = pass, .combine = largest });
	} else if (!strcmp(mode, "top")) {
		zmr_top *top = zmr_top_new(atoi(argv[2]));
		for (zmr_text key, value; zmr_pair(&zmr_input, &key, &value);)
			zmr_top_add(top, key, zmr_number(value));
		zmr_top_emit(top);
	} else if (!strcmp(mode, "search")) {
		searches(zmr_string(argv[2]));
	} else if (!strcmp(mode, "numbers")) {
		numbers();
	} else if (!strcmp(mode, "times")) {
		int64_t seconds;
		while (zmr_line(&text))
			printf("%lld\n", zmr_log_time(text, &seconds) ? (long long)seconds : -1);
	} else if (!strcmp(mode, "tab")) {
		zmr_emit(zmr_string("a\tb"), zmr_string("c"));
	} else {
		zmr_main(argc, argv, (zmr_job){ .map = pass, .reduce = list });
	}
	return zmr_finish();
}
