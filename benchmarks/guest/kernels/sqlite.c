/* SQLite in memory: inserts rows by a prepared statement, then an index, an aggregate and look-ups.
 * A file system of no files keeps the three platforms the same. */
#include "kernel.h"
#include <sqlite3.h>

static int refuse_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	(void)vfs, (void)name, (void)file, (void)flags, (void)out;
	return SQLITE_CANTOPEN;
}

static int path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
	(void)vfs;
	sqlite3_snprintf(size, out, "%s", name);
	return SQLITE_OK;
}

static int no_random(sqlite3_vfs *vfs, int size, char *out)
{
	(void)vfs;
	memset(out, 0, size);
	return size;
}

static int fixed_time(sqlite3_vfs *vfs, double *out)
{
	(void)vfs;
	*out = 2461000.5;
	return SQLITE_OK;
}

int sqlite3_os_init(void)
{
	static sqlite3_vfs none = {
		.iVersion = 1, .szOsFile = sizeof(sqlite3_file), .mxPathname = 64, .zName = "none",
		.xOpen = refuse_open, .xFullPathname = path, .xRandomness = no_random,
		.xCurrentTime = fixed_time,
	};
	return sqlite3_vfs_register(&none, 1);
}

int sqlite3_os_end(void) { return SQLITE_OK; }

static sqlite3 *database;

static void check(int status)
{
	if (status == SQLITE_OK || status == SQLITE_DONE || status == SQLITE_ROW)
		return;
	fprintf(stderr, "%s\n", sqlite3_errmsg(database));
	exit(1);
}

static void execute(const char *sql) { check(sqlite3_exec(database, sql, 0, 0, 0)); }

void kernel_start(void) {}

uint32_t kernel_run(unsigned repetition)
{
	sqlite3_stmt *statement;
	uint32_t sum = repetition, seed = repetition + 99;
	check(sqlite3_open(":memory:", &database));
	execute("create table visits(id integer primary key, user text, bytes integer, status integer)");
	execute("begin");
	check(sqlite3_prepare_v2(database, "insert into visits(user, bytes, status) values(?, ?, ?)", -1,
		&statement, 0));
	for (int i = 0; i < 8000; i++) {
		char user[32];
		uint32_t r = random_next(&seed);
		int length = sprintf(user, "user-%u", (unsigned)r % 700);
		sqlite3_bind_text(statement, 1, user, length, SQLITE_TRANSIENT);
		sqlite3_bind_int(statement, 2, (int)(r >> 10) % 10000);
		sqlite3_bind_int(statement, 3, 200 + (int)(r >> 3) % 5 * 100);
		check(sqlite3_step(statement));
		check(sqlite3_reset(statement));
	}
	check(sqlite3_finalize(statement));
	execute("create index by_user on visits(user)");
	execute("commit");
	check(sqlite3_prepare_v2(database,
		"select user, count(*), sum(bytes) from visits where status < 500 group by user "
		"order by 3 desc limit 50", -1, &statement, 0));
	while (sqlite3_step(statement) == SQLITE_ROW)
		sum = sum * 31 + sqlite3_column_int(statement, 1) + sqlite3_column_int(statement, 2);
	check(sqlite3_finalize(statement));
	check(sqlite3_prepare_v2(database, "select max(bytes), min(id) from visits where user = ?", -1,
		&statement, 0));
	for (int i = 0; i < 700; i++) {
		char user[32];
		int length = sprintf(user, "user-%d", i);
		sqlite3_bind_text(statement, 1, user, length, SQLITE_TRANSIENT);
		if (sqlite3_step(statement) == SQLITE_ROW)
			sum = sum * 31 + sqlite3_column_int(statement, 0);
		check(sqlite3_reset(statement));
	}
	check(sqlite3_finalize(statement));
	check(sqlite3_close(database));
	return sum;
}
