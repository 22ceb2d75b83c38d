// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/outfile.h"
#include "base/say.h"

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

/* What may not differ between the runs of one directory; repeats may be added. */
static char *describe(const struct settings *s)
{
	static const char *const host_option[END_COUNT] = {
		[END_RX] = "rx-host", [END_TX] = "tx-host"};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	plan_print(&s->plan, out);
	fprintf(out, "link %s\n", s->link);
	if (!strcmp(s->link, "veth"))
		fprintf(out, "mtu %u\n", s->mtu);
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
	if (s->control)
		fprintf(out, "control\n");
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static int write_plan(const char *path, const struct settings *s, const char *plan)
{
	struct outfile_why why = {"no memory left"};
	char *text;
	int len = asprintf(&text,
			   "# zcprof " VERSION ": 'zcprof run @%s' does this experiment again\n"
			   "%sseed %llu\nrepeat %u\n",
			   path, plan, (unsigned long long)s->seed, s->repeats);
	int error = len < 0 ? -1 : outfile_write(path, text, len, &why);

	if (len >= 0)
		free(text);
	if (error)
		say_error("cannot write %s: %s; give a directory that can be written with -o", path,
			  why.text);
	return error;
}

/* The plan of an earlier call against this one's: the first line that differs is named. */
static int take_up(FILE *in, const char *path, struct settings *s, const char *plan)
{
	char *line = NULL;
	size_t room = 0;
	int result = 0;
	unsigned long long seed;
	unsigned int repeats;

	while (!result && getline(&line, &room, in) > 0) {
		size_t len = strlen(line);

		if (line[0] == '#')
			continue;
		if (sscanf(line, "seed %llu", &seed) == 1) {
			s->seed = s->seed_given ? s->seed : seed;
		} else if (sscanf(line, "repeat %u", &repeats) == 1) {
			s->repeats = s->repeats_given ? s->repeats : repeats;
		} else if (!strncmp(plan, line, len)) {
			plan += len;
		} else {
			result = -1;
		}
	}
	if (result || *plan) {
		say_error("%s holds another experiment (\"%.*s\" differs from its plan): give another directory with -o, or the same options to go on with it",
			  path, (int)strcspn(*plan ? plan : line, "\n"), *plan ? plan : line);
		result = -1;
	}
	free(line);
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

int output_open(const char *directory, struct settings *settings)
{
	char *plan = describe(settings);
	char *path = NULL;
	int result = -1;
	FILE *in;

	if (!plan || asprintf(&path, "%s/" PLAN_NAME, directory) < 0) {
		say_error("no memory left for the plan");
		free(plan);
		return -1;
	}
	if (!make_directory(directory)) {
		in = outfile_read(path);
		if (in) {
			result = take_up(in, directory, settings, plan);
			fclose(in);
		} else if (errno == ENOENT) {
			result = write_plan(path, settings, plan);
		} else {
			say_error("cannot read %s: %s; give another directory with -o", path,
				  strerror(errno));
		}
	}
	free(plan);
	free(path);
	return result;
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
