// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/load/group.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/say.h"

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text);
	size_t end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

static char *copy(const char *text, size_t len)
{
	char *made = must_malloc(len + 1);

	memcpy(made, text, len);
	made[len] = '\0';
	return made;
}

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? copy(path, slash - path) : copy(".", 1);
}

static bool same_host(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static struct configuration *configuration_of(struct experiment *e, const char *directory,
					      const char *name, const char *host)
{
	struct configuration *c;

	for (size_t i = 0; i < e->count; i++) {
		c = &e->configurations[i];
		if (!strcmp(c->name, name) && !strcmp(c->directory, directory) &&
		    same_host(c->host, host))
			return c;
	}
	c = &ARRAY_ADD(e->configurations, e->count);
	*c = (struct configuration){
		.name = copy(name, strlen(name)),
		.directory = copy(directory, strlen(directory)),
		.host = host,
	};
	return c;
}

/* A run that is named twice, by its file and by its directory, is still one sample. */
static bool is_twice(struct experiment *e, const char *path)
{
	struct stat st;

	if (!strcmp(path, "-") || stat(path, &st))
		return false;
	for (size_t i = 0; i < e->file_count; i++)
		if (e->files[i].device == st.st_dev && e->files[i].inode == st.st_ino)
			return true;
	ARRAY_ADD(e->files, e->file_count) = (struct file){st.st_dev, st.st_ino};
	return false;
}

static void leave_out(struct experiment *e, const char *path, const char *why)
{
	ARRAY_ADD(e->left_out, e->left_out_count) =
		(struct left_out){copy(path, strlen(path)), why};
}

static const struct run *same_run(const struct experiment *e, const struct run *run)
{
	for (size_t i = 0; i < e->count; i++) {
		const struct configuration *c = &e->configurations[i];

		for (size_t j = 0; j < c->count + c->control_count; j++) {
			const struct run *one =
				j < c->count ? c->runs[j] : c->controls[j - c->count];

			if (fingerprint_same(&one->fingerprint, &run->fingerprint))
				return one;
		}
	}
	return NULL;
}

/* Copies are said once, however many they are. */
static bool is_copy(struct experiment *e, const struct run *run)
{
	const struct run *of = same_run(e, run);

	if (!of)
		return false;
	leave_out(e, run->path, "a copy of a record that was read");
	if (!e->copies++)
		say_warning("%s is a copy of %s: a run counts once, whatever the number of its copies",
			    run->path, of->path);
	return true;
}

static int add_run(struct experiment *e, const char *path, enum run_keep keep)
{
	struct run *run = run_load(path, keep);
	struct configuration *c;
	const char *name, *control;
	char *directory;

	if (!run)
		return -1;
	if (is_twice(e, path) || is_copy(e, run)) {
		run_free(run);
		return 0;
	}
	if (run_refusal(run)) {
		ARRAY_ADD(e->refused, e->refused_count) = run;
		return 0;
	}
	/* What zcpath wrote alone names no configuration: then the file is one. */
	name = run_fact(run, METRIC_fact_configuration, END_HOST, NULL);
	directory = directory_of(path);
	c = configuration_of(e, directory, name ? name : path,
			     run_fact(run, METRIC_fact_host, END_HOST, NULL));
	free(directory);
	control = run_fact(run, METRIC_fact_option, END_HOST, "control");
	if (control && !strcmp(control, "yes"))
		ARRAY_ADD(c->controls, c->control_count) = run;
	else
		ARRAY_ADD(c->runs, c->count) = run;
	return 0;
}

/* A directory of runs is where people save tables too. What cannot be read, the reader will say. */
static bool is_record(const char *path)
{
	char start[sizeof(RECORD_HEADER)];
	FILE *in = fopen(path, "re");
	size_t got;

	if (!in)
		return true;
	got = fread(start, 1, sizeof(start) - 1, in);
	fclose(in);
	return got == sizeof(start) - 1 && !memcmp(start, RECORD_HEADER, got);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strverscmp((*a)->fts_name, (*b)->fts_name);
}

static int add_found(struct experiment *e, const FTSENT *file, enum run_keep keep)
{
	if (ends_with(file->fts_name, ".csv.part"))
		leave_out(e, file->fts_path, "a run that did not finish");
	else if (!ends_with(file->fts_name, ".csv"))
		return 0; /* a plan, folded stacks */
	else if (is_record(file->fts_path))
		return add_run(e, file->fts_path, keep);
	else
		leave_out(e, file->fts_path, "which is no record of zcprof");
	return 0;
}

static int add_tree(struct experiment *e, char *directory, enum run_keep keep)
{
	char *roots[] = {directory, NULL};
	FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	int result = 0;
	FTSENT *entry;

	if (!tree) {
		say_error("cannot list %s: %s", directory, strerror(errno));
		return -1;
	}
	while (!result && (entry = fts_read(tree))) {
		if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR) {
			say_error("cannot read %s: %s", entry->fts_path, strerror(entry->fts_errno));
			result = -1;
		} else if (entry->fts_info == FTS_F) {
			result = add_found(e, entry, keep);
		}
	}
	fts_close(tree);
	return result;
}

/* "dir/" and "dir" name the same runs in the same words. */
static void strip_slashes(char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
}

static int add_path(struct experiment *e, const char *given, enum run_keep keep)
{
	char *path = copy(given, strlen(given));
	struct stat st = {.st_mode = 0};
	int result = 0;

	strip_slashes(path);
	if (strcmp(path, "-") && stat(path, &st)) {
		say_error("cannot read %s: %s", path, strerror(errno));
		result = -1;
	} else if (S_ISDIR(st.st_mode)) {
		result = add_tree(e, path, keep);
	} else {
		result = add_run(e, path, keep);
	}
	free(path);
	return result;
}

/*
 * The repeats of a configuration run one after the other, so the number of the repeat is their
 * order in time.
 */
static int by_repeat(const void *a, const void *b)
{
	const struct run *const *x = a;
	const struct run *const *y = b;
	const char *first = run_fact(*x, METRIC_fact_repeat, END_HOST, NULL);
	const char *second = run_fact(*y, METRIC_fact_repeat, END_HOST, NULL);
	int order = strverscmp(first ? first : "", second ? second : "");

	return order ? order : strverscmp((*x)->path, (*y)->path);
}

/* What tells a configuration from the others of its name, and of its directory. */
static char *full_name(const struct experiment *e, const struct configuration *c)
{
	bool elsewhere = false, twins = false, crowded = false;
	char *name;

	for (size_t i = 0; i < e->count; i++) {
		const struct configuration *other = &e->configurations[i];
		bool same_name = !strcmp(other->name, c->name);
		bool same_place = !strcmp(other->directory, c->directory);

		elsewhere |= same_name && !same_place;
		twins |= same_name && same_place && other != c;
		crowded |= !same_name && same_place;
	}
	if (asprintf(&name, "%s%s%s%s%s", elsewhere ? c->directory : "",
		     elsewhere && crowded ? "/" : "", !elsewhere || crowded ? c->name : "",
		     twins ? " on " : "",
		     !twins    ? ""
		     : c->host ? c->host
			       : "a host without a name") < 0)
		abort();
	return name;
}

/* A refusal that is older than the runs of its configuration says nothing any more. */
static bool is_outdated(const struct experiment *e, const struct run *refused)
{
	const char *name = run_fact(refused, METRIC_fact_configuration, END_HOST, NULL);
	char *folder = directory_of(refused->path);
	char *experiment = directory_of(folder);
	bool outdated = false;

	for (size_t i = 0; name && i < e->count && !outdated; i++) {
		const struct configuration *c = &e->configurations[i];
		char *other = directory_of(c->directory);

		outdated = c->count && !strcmp(c->name, name) && !strcmp(other, experiment);
		free(other);
	}
	free(folder);
	free(experiment);
	return outdated;
}

static void drop_outdated(struct experiment *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < e->refused_count; i++)
		if (is_outdated(e, e->refused[i]))
			run_free(e->refused[i]);
		else
			e->refused[kept++] = e->refused[i];
	e->refused_count = kept;
}

static void name_apart(struct experiment *e)
{
	char **names = must_calloc(e->count, sizeof(*names));

	for (size_t i = 0; i < e->count; i++)
		names[i] = full_name(e, &e->configurations[i]);
	for (size_t i = 0; i < e->count; i++) {
		free(e->configurations[i].name);
		e->configurations[i].name = names[i];
	}
	free(names);
}

int experiment_load(struct experiment *e, char *const *paths, size_t count, enum run_keep keep)
{
	*e = (struct experiment){0};
	for (size_t i = 0; i < count; i++) {
		if (add_path(e, paths[i], keep)) {
			experiment_free(e);
			return -1;
		}
	}
	if (!e->count) {
		say_error("%s holds no finished run%s; make some with 'zcprof run -o DIR'", paths[0],
			  e->refused_count    ? ", only what could not run"
			  : e->left_out_count ? ", only .part files and what is no record"
					      : "");
		experiment_free(e);
		return -1;
	}
	for (size_t i = 0; i < e->count; i++) {
		struct configuration *c = &e->configurations[i];

		ARRAY_SORT(c->runs, c->count, by_repeat);
	}
	drop_outdated(e);
	name_apart(e);
	return 0;
}

const struct configuration *experiment_find(const struct experiment *e, const char *name)
{
	for (size_t i = 0; i < e->count; i++)
		if (!strcmp(e->configurations[i].name, name))
			return &e->configurations[i];
	return NULL;
}

void experiment_warn_shared(const struct experiment *a, const struct experiment *b)
{
	size_t shared = 0, all = 0;

	for (size_t i = 0; i < b->count; i++) {
		all += b->configurations[i].count;
		for (size_t j = 0; j < b->configurations[i].count; j++)
			shared += same_run(a, b->configurations[i].runs[j]) != NULL;
	}
	if (shared)
		say_warning("%zu of the %zu runs of B are runs of A too: of those nothing can be told about a difference",
			    shared, all);
}

bool configuration_again(const struct configuration *c)
{
	/* zcprof run --against calls it again,NAME and its directory so, and says of what in each record. */
	return (c->count && run_fact(c->runs[0], METRIC_fact_option, END_HOST, "against")) ||
	       strstr(c->directory, "/again,") || !strncmp(c->name, "again,", strlen("again,"));
}

static void configuration_free(struct configuration *c)
{
	for (size_t j = 0; j < c->count; j++)
		run_free(c->runs[j]);
	for (size_t j = 0; j < c->control_count; j++)
		run_free(c->controls[j]);
	free(c->runs);
	free(c->controls);
	free(c->name);
	free(c->directory);
}

void experiment_drop(struct experiment *e, size_t configuration)
{
	struct configuration *at = &e->configurations[configuration];

	configuration_free(at);
	memmove(at, at + 1, (--e->count - configuration) * sizeof(*at));
}

void experiment_drop_refused(struct experiment *e, size_t refused)
{
	run_free(e->refused[refused]);
	memmove(&e->refused[refused], &e->refused[refused + 1],
		(--e->refused_count - refused) * sizeof(struct run *));
}

void experiment_free(struct experiment *e)
{
	for (size_t i = 0; i < e->count; i++)
		configuration_free(&e->configurations[i]);
	for (size_t i = 0; i < e->refused_count; i++)
		run_free(e->refused[i]);
	free(e->refused);
	for (size_t i = 0; i < e->left_out_count; i++)
		free(e->left_out[i].path);
	free(e->left_out);
	free(e->files);
	free(e->configurations);
	*e = (struct experiment){0};
}
