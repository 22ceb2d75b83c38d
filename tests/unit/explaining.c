// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/unit/explaining.h"

#define RUNS 5

char top[] = "/tmp/test_explain.XXXXXX";

/* A plain run of a second; what copying costs is written with the bytes. */
static const char plain[] = ",rx,path,window_ns,,1000000000,ns\n,tx,path,window_ns,,1000000000,ns\n"
			    ",rx,profile,period,,1000000,ns\n,tx,profile,period,,1000000,ns\n"
			    ",tx,tcp,segments_out,0,3000000,segments\n";
/* Facts of a plain run, unless its rows say otherwise. */
static const struct {
	const char *fact, *value;
} facts[] = {
	{",host,fact,kernel,,", "6.18,\n"},   {",rx,fact,option,path,", "copy,\n"},
	{",tx,fact,option,path,", "copy,\n"}, {",rx,fact,end_cpus,,", "0,\n"},
	{",tx,fact,end_cpus,,", "1,\n"},
};

void write_run(const char *set, int repeat, double gbit, const char *rows)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", top, set);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/run-%d.csv", top, set, repeat);
	out = fopen(path, "w");
	assert_non_null(out);
	fprintf(out, RECORD_HEADER "\n,host,fact,record_version,,1,\n");
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		if (!strstr(rows, facts[i].fact))
			fprintf(out, "%s%s", facts[i].fact, facts[i].value);
	/* Runs differ by a percent, as they do; the set is said, so that none is a copy of one of another set. */
	gbit *= 1 + 0.01 * ((repeat * 7) % 3 - 1);
	fprintf(out,
		",host,fact,configuration,,one,\n"
		",host,fact,imported,1,\"%s\",\n"
		",host,fact,repeat,,%d,\n%s,rx,path,bytes,,%.0f,bytes\n,tx,path,bytes,,%.0f,bytes\n"
		",rx,profile,component,task/data copy,%.0f,ns\n,tx,profile,component,task/data copy,%.0f,ns\n"
		",rx,profile,symbol,task;[kernel];_copy_to_iter,%.0f,samples\n"
		",tx,profile,symbol,task;[kernel];_copy_from_iter,%.0f,samples\n"
		",tx,nic,statistic,tx_bytes,%.0f,events\n%s",
		set, repeat, plain, gbit * 1e9 / 8, gbit * 1e9 / 8, gbit * 1e7, gbit * 1e7,
		gbit * 10, gbit * 10, gbit * 1e9 / 8, rows);
	assert_int_equal(fclose(out), 0);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st, (void)kind, (void)ftw;
	return remove(path);
}

void explain_unsteady(struct pair *p, double unsteady, double gbit_a, const char *rows_a,
		      double gbit_b, const char *rows_b)
{
	static const struct common common = COMMON_DEFAULTS;
	char path_a[64], path_b[64];
	char *paths[] = {path_a, path_b};

	for (int i = 1; i <= RUNS; i++) {
		write_run("a", i, gbit_a, rows_a);
		write_run("b", i, i % 2 ? gbit_b / unsteady : gbit_b, rows_b);
	}
	snprintf(path_a, sizeof(path_a), "%s/a", top);
	snprintf(path_b, sizeof(path_b), "%s/b", top);
	assert_int_equal(experiment_load(&p->a, &paths[0], 1, KEEP_WINDOW), 0);
	assert_int_equal(experiment_load(&p->b, &paths[1], 1, KEEP_WINDOW), 0);
	causes_of(&p->causes, &p->a.configurations[0], &p->b.configurations[0], &common, NULL);
}

void explain(struct pair *p, double gbit_a, const char *rows_a, double gbit_b, const char *rows_b)
{
	explain_unsteady(p, 1, gbit_a, rows_a, gbit_b, rows_b);
}

void forget(struct pair *p)
{
	causes_free(&p->causes);
	experiment_free(&p->a);
	experiment_free(&p->b);
}

const char *first(const struct pair *p)
{
	return p->causes.count ? p->causes.at[0].mechanism->id : "none";
}

int explaining_start(void **state)
{
	(void)state;
	return mkdtemp(top) ? 0 : -1;
}

int explaining_finish(void **state)
{
	(void)state;
	return nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
