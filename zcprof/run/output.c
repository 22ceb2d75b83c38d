// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/outfile.h"
#include "base/say.h"
#include "record/record.h"

#define PLAN_NAME "plan"

char *output_name(const struct settings *settings)
{
	time_t now = time(NULL);
	struct tm local;
	char name[64];

	if (settings->output)
		return strdup(settings->output);
	localtime_r(&now, &local);
	strftime(name, sizeof(name), "zcprof-%Y-%m-%d-%H%M%S", &local);
	return strdup(name);
}

/* What may not differ between the runs of one directory, beside the lists of the plan. */
static char *describe(const struct settings *s)
{
	static const char *const host_option[END_COUNT] = {
		[END_RX] = "rx-host", [END_TX] = "tx-host"};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out, "link %s\n", s->link);
	if (s->ipv6)
		fprintf(out, "ipv6\n");
	for (int side = END_RX; side <= END_TX; side++)
		if (s->host[side])
			fprintf(out, "%s %s\n", host_option[side], s->host[side]);
	if (s->address)
		fprintf(out, "address %s\n", s->address);
	if (s->collect)
		fprintf(out, "collect %s\n", s->collect);
	if (s->no_collect)
		fprintf(out, "no-collect %s\n", s->no_collect);
	if (s->exact)
		fprintf(out, "exact\n");
	if (s->meter.command)
		fprintf(out, "power cmd:%s\n", s->meter.command);
	if (s->meter.log)
		fprintf(out, "power csv:%s\n", s->meter.log);
	if (s->meter.own)
		fprintf(out, "power own:%s\n", s->meter.own);
	if (s->meter.idle_s > 0)
		fprintf(out, "power idle:measure=%g\n", s->meter.idle_s);
	else if (s->meter.idle_w)
		fprintf(out, "power idle:%g\n", s->meter.idle_w);
	for (size_t i = 0; i < s->origin.count; i++)
		fprintf(out, "label %s=%s\n", s->origin.labels[i].name, s->origin.labels[i].value);
	if (s->origin.unnamed)
		fprintf(out, "no-host-name\n");
	if (s->control)
		fprintf(out, "control\n");
	if (s->against)
		fprintf(out, "against %s\n", s->against);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

char *output_plan(const struct settings *s)
{
	char *rest = describe(s);
	char *text = NULL;
	size_t size;
	FILE *out = rest ? open_memstream(&text, &size) : NULL;

	if (out) {
		plan_print(&s->plan, out);
		fprintf(out, "%sseed %llu\nrepeat %u\n", rest, (unsigned long long)s->seed,
			s->repeats);
	}
	free(rest);
	if (!out || !fclose(out))
		return text;
	free(text);
	return NULL;
}

static int refuse(const char *directory, const char *line, const char *why)
{
	say_error("%s was made with \"%s\", and %s: give another directory with -o, or options that its plan has",
		  directory, line, why);
	return -1;
}

/* Takes the first line of *rest off where it is this. */
static bool take_off(char **rest, const char *line)
{
	size_t len = strlen(line);

	if (strncmp(*rest, line, len) || (*rest)[len] != '\n')
		return false;
	*rest += len + 1;
	return true;
}

/* A line of the plan that is there, which stays where this call has none of its kind. */
static int take_words(struct plan *plan, const char *text, bool given,
		      int (*take)(struct plan *plan, const char *text, char *why, size_t why_size))
{
	const char *kept = plan_keep(plan, text);
	char why[200];

	if (kept && !given)
		take(plan, kept, why, sizeof(why));
	return kept ? 0 : -1;
}

/*
 * One line of the plan that is there. rest: what this call's own has beside its lists, as far as it
 * was not met so far; lists: how many were.
 */
static int take_line(struct settings *s, const char *directory, const char *line, char **rest,
		     size_t *lists)
{
	size_t len = strcspn(line, " ");
	unsigned long long seed;
	unsigned int repeats;
	char name[48], why[200];
	int result = 1;

	if (*line == '#')
		return 0;
	if (sscanf(line, "seed %llu", &seed) == 1) {
		s->seed = s->seed_given ? s->seed : seed;
		s->seed_given = true;
		return 0;
	}
	if (sscanf(line, "repeat %u", &repeats) == 1) {
		/* The plan of a directory may be anybody's. */
		if (!repeats || repeats > REPEATS_MAX)
			return refuse(directory, line, "no experiment has so many repeats");
		if (!s->repeats_given || s->repeats < repeats)
			s->repeats = repeats;
		return 0;
	}
	/* What is skipped is this call's to say, and how to print it too, where it does. */
	if (!strncmp(line, "skip ", 5))
		return 0;
	if (!strncmp(line, "table ", 6))
		return take_words(&s->plan, line + 6, s->tables_given, plan_table);
	if (!strncmp(line, "published ", 10))
		return take_words(&s->plan, line + 10, s->published_given, plan_published);
	if (take_off(rest, line))
		return 0;
	if (len < sizeof(name) && line[len]) {
		memcpy(name, line, len);
		name[len] = '\0';
		result = plan_extend(&s->plan, *lists, name, line + len + 1, why, sizeof(why));
	}
	*lists += !result;
	if (result < 0 && !strcmp(name, "seconds"))
		return refuse(directory, line, "runs of another length are no repeats of those");
	if (result < 0)
		return refuse(directory, line, why);
	return result ? refuse(directory, line, "that is not asked for now, or otherwise") : 0;
}

/* The plan of an earlier call: what it has, this one has, and at most more of it. */
static int take_plan(FILE *in, const char *directory, struct settings *s, char *rest)
{
	char *line = NULL;
	size_t room = 0, lists = 0;
	char name[48];
	int result = 0;

	while (!result && getline(&line, &room, in) > 0) {
		line[strcspn(line, "\n")] = '\0';
		result = take_line(s, directory, line, &rest, &lists);
	}
	free(line);
	if (result || (!*rest && lists == s->plan.axis_count))
		return result;
	if (!*rest)
		rest = plan_name(&s->plan, lists, name, sizeof(name));
	say_error("%s was made without \"%.*s\": give another directory with -o, or go on without that",
		  directory, (int)strcspn(rest, "\n"), rest);
	return -1;
}

int output_take_up(const char *directory, struct settings *settings)
{
	char *rest = describe(settings);
	char *path = NULL;
	int result = -1;
	FILE *in;

	if (!rest || asprintf(&path, "%s/" PLAN_NAME, directory) < 0) {
		say_error("no memory left for the plan");
		free(rest);
		return -1;
	}
	in = outfile_read(path);
	if (in) {
		result = take_plan(in, directory, settings, rest);
		fclose(in);
	} else if (errno == ENOENT || errno == ENOTDIR) {
		result = 0; /* what is in the way will be said when it is made */
	} else {
		say_error("cannot read %s: %s; give another directory with -o", path,
			  strerror(errno));
	}
	free(rest);
	free(path);
	return result;
}

static int make_directory(const char *directory)
{
	struct outfile_why why;

	if (!outfile_directory(directory, &why))
		return 0;
	say_error("cannot create %s: %s; give a directory that can be written with -o", directory,
		  why.text);
	return -1;
}

/* Whether the plan that is there says this already. */
static bool is_kept(const char *path, const char *plan)
{
	FILE *in = outfile_read(path);
	bool same = in;
	char *line = NULL;
	size_t room = 0;

	while (same && getline(&line, &room, in) > 0) {
		size_t len = strlen(line);

		if (*line == '#')
			continue;
		same = !strncmp(plan, line, len);
		plan += same ? len : 0;
	}
	free(line);
	if (in)
		fclose(in);
	return same && !*plan;
}

static int write_plan(const char *path, const char *plan)
{
	struct outfile_why why = {"no memory left"};
	char *text;
	int len = asprintf(&text,
			   "# zcprof " VERSION ": 'zcprof run @%s' does this experiment again\n%s",
			   path, plan);
	int error = len < 0 ? -1 : outfile_write(path, text, len, &why);

	if (len >= 0)
		free(text);
	if (error)
		say_error("cannot write %s: %s; give a directory that can be written with -o", path,
			  why.text);
	return error;
}

/* Until this process ends. Where a file system knows no locks, nobody is kept out. */
static int hold(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || !flock(fd, LOCK_EX | LOCK_NB) || errno != EWOULDBLOCK)
		return 0;
	close(fd);
	say_error("another zcprof writes runs into %s: wait for its end, or give another directory with -o",
		  directory);
	return -1;
}

int output_open(const char *directory, const struct settings *settings)
{
	char *plan = output_plan(settings);
	char *path = NULL;
	int result = -1;

	if (!plan || asprintf(&path, "%s/" PLAN_NAME, directory) < 0) {
		say_error("no memory left for the plan");
		free(plan);
		return -1;
	}
	if (!make_directory(directory) && !hold(directory))
		result = is_kept(path, plan) ? 0 : write_plan(path, plan);
	free(plan);
	free(path);
	return result;
}

/* A file, wherever a link leads: never a device or a pipe, which would act or wait when opened. */
static int open_file(const char *path)
{
	int at = open(path, O_PATH | O_CLOEXEC);
	char link[40];
	struct stat st;
	int fd = -1;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", at);
	if (at >= 0 && !fstat(at, &st) && S_ISREG(st.st_mode))
		fd = open(link, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (at >= 0)
		close(at);
	return fd;
}

bool output_is_whole(const char *path)
{
	static const char header[] = RECORD_HEADER "\n";
	char start[sizeof(header) - 1], end;
	int fd = open_file(path);
	bool whole;

	if (fd < 0)
		return false;
	whole = read(fd, start, sizeof(start)) == sizeof(start) &&
		!memcmp(start, header, sizeof(start)) && lseek(fd, -1, SEEK_END) > 0 &&
		read(fd, &end, 1) == 1 && end == '\n';
	close(fd);
	return whole;
}

int output_begin(const char *directory, const struct configuration *configuration)
{
	char *path;
	int result;

	if (asprintf(&path, "%s/%s", directory, configuration->name) < 0)
		return -1;
	result = make_directory(path);
	free(path);
	return result;
}
