// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/causes/confirm.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/outfile.h"
#include "base/shell.h"
#include "record/options.h"

/* A command under construction, and whether all of it had room. */
struct command {
	char *at;
	size_t size, used;
};

static void put(struct command *c, const char *text)
{
	size_t len = strlen(text);

	if (c->used + len < c->size)
		memcpy(c->at + c->used, text, len + 1);
	c->used += len;
}

/* What a record says may be anything: as one word of a shell. */
static void put_word(struct command *c, const char *text)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:/_+=%@-";
	char *quoted;

	if (*text && strspn(text, plain) == strlen(text)) {
		put(c, text);
		return;
	}
	quoted = shell_quoted(text);
	put(c, quoted);
	free(quoted);
}

/* Of the worse set; of the option that is tested, that of the better one, at both ends. */
static const char *option_of(const struct causes *c, enum record_end end, const char *name,
			     const struct setting *tested)
{
	const struct configuration *of = strcmp(tested->key, name) ? c->design.b : c->design.a;

	return run_fact(of->runs[0], METRIC_fact_option, end, name);
}

/* ---- the plan of the experiment that the worse set is of ---- */

/* Of a plan that is longer nothing is taken. */
#define PLAN_MAX 65536

/*
 * What is no option of a configuration, such as which collectors measure, stands in the plan beside it. Its text,
 * with a line's end before it, to be freed; NULL where there is none. path has room for size.
 */
static char *plan_of(const struct configuration *c, char *path, size_t size)
{
	const char *slash = strrchr(c->directory, '/');
	int len = slash ? (int)(slash - c->directory) : 1;
	char *text;
	size_t got;
	FILE *in;

	if ((size_t)snprintf(path, size, "%.*s/plan", len, slash ? c->directory : ".") >= size)
		return NULL;
	in = outfile_read(path);
	if (!in)
		return NULL;
	text = must_malloc(PLAN_MAX + 2);
	text[0] = '\n';
	got = fread(text + 1, 1, PLAN_MAX, in);
	text[got + 1] = '\0';
	if (fclose(in) || got == PLAN_MAX || strncmp(text, "\n# zcprof ", strlen("\n# zcprof "))) {
		free(text);
		return NULL;
	}
	return text;
}

static bool plan_has(const char *plan, const char *option)
{
	static const char *const ends[] = {"", "rx-", "tx-"};
	char line[OPTION_SPELL_MAX + 8];

	for (size_t i = 0; plan && i < sizeof(ends) / sizeof(*ends); i++) {
		snprintf(line, sizeof(line), "\n%s%s ", ends[i], option);
		if (strstr(plan, line))
			return true;
	}
	return false;
}

/* ---- what runs programs ---- */

/* Of a line of a plan, whose name may be cut short as on a command line. */
static bool says_what_runs(const char *line, size_t len)
{
	static const char *const names[] = {"power",   "ssh",	  "zcpath",  "zcprof",
					    "rx-host", "tx-host", "include", "push"};
	size_t whole = strcspn(line, "\r\n");

	/* Paths, and whole words of their own. */
	if (len == 2 && (!memcmp(line, "rx", 2) || !memcmp(line, "tx", 2)))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (len && len <= strlen(names[i]) && !memcmp(line, names[i], len))
			/* A meter that is no command is a file or this machine's own. */
			return i || memmem(line, whole, "cmd:", 4) || memmem(line, whole, "${", 2);
	return false;
}

/* The first of a plan's lines that says which program runs, here or elsewhere; *len: of its name. */
static const char *running_line(const char *plan, size_t *len)
{
	for (const char *line = plan; line; line = strchr(line, '\n')) {
		line += strspn(line, "\n\r \t");
		line += strncmp(line, "--", 2) ? 0 : 2;
		*len = strcspn(line, " \t=\r\n");
		if (says_what_runs(line, *len))
			return line;
	}
	return NULL;
}

/* Some sysctls hold the path of a program that the kernel runs as root; none of the network's does. */
static bool is_harmless(const char *sysctls)
{
	while (sysctls && *sysctls) {
		if (strncmp(sysctls, "net.", 4) != 0 && strncmp(sysctls, "net/", 4) != 0)
			return false;
		sysctls = strchr(sysctls, '+');
		sysctls += sysctls ? 1 : 0;
	}
	return true;
}

static bool has_command(const struct cause *cause)
{
	return cause->setting && cause->setting->id == METRIC_fact_option && cause->setting->a &&
	       cause->setting->end != END_HOST;
}

bool confirm_refused(const struct causes *c, const struct cause *cause, char *text, size_t size)
{
	char path[4000], *plan;
	const char *line;
	bool refused = false;
	size_t len = 0;

	if (!has_command(cause))
		return false;
	plan = plan_of(c->design.b, path, sizeof(path));
	line = plan ? running_line(plan, &len) : NULL;
	if (line)
		snprintf(text, size,
			 "not by a command that is printed here: the plan of these records says which program runs (%.*s); read %s, and run it with zcprof only if you trust it",
			 (int)len, line, path);
	refused = line;
	for (enum record_end end = END_RX; end <= END_TX && !refused; end++) {
		refused = !is_harmless(option_of(c, end, "sysctl", cause->setting));
		if (refused)
			snprintf(text, size,
				 "not by a command that is printed here: these records have a sysctl that is none of the network, and some of those run programs");
	}
	free(plan);
	return refused;
}

/* ---- the command ---- */

/* What is not set, or at its default, is left out, unless the plan has it. */
static void put_options(struct command *to, const struct causes *c, enum record_end end,
			const struct setting *tested, const char *plan)
{
	for (enum option_id id = 0; id < OPTIONS; id++) {
		const struct option_info *info = option_info(id);
		const char *value = option_of(c, end, info->name, tested);
		char spelled[OPTION_SPELL_MAX];

		option_spell(id, spelled);
		if (!value || id == OPTION_path ||
		    ((!*value || !strcmp(value, info->preset)) && !plan_has(plan, spelled)))
			continue;
		put(to, info->ends == ENDS_BOTH ? (end == END_RX ? " --rx-" : " --tx-") : " --");
		put(to, spelled);
		put(to, "=");
		put_word(to, value);
	}
}

static void put_path(struct command *to, const struct causes *c, enum record_end end,
		     const struct setting *tested)
{
	const char *path = option_of(c, end, "path", tested);

	put(to, end == END_RX ? " --rx " : " --tx ");
	put_word(to, path ? path : "copy");
}

static void put_plan(struct command *to, const struct run *run, const char *plan, const char *path)
{
	const char *link = run_fact(run, METRIC_fact_link, END_HOST, NULL);

	if (plan) {
		char word[4096];

		snprintf(word, sizeof(word), "@%s", path);
		put(to, " ");
		put_word(to, word);
	} else if (link) {
		put(to, " --link ");
		put_word(to, link);
	}
}

bool confirm_command(const struct causes *c, const struct cause *cause, char *text, size_t size)
{
	struct command command = {text, size, 0};
	char path[4000], *plan;

	if (!has_command(cause) || confirm_refused(c, cause, text, size))
		return false;
	plan = plan_of(c->design.b, path, sizeof(path));
	put(&command, "zcprof run");
	put_plan(&command, c->design.b->runs[0], plan, path);
	put(&command, " --against ");
	put_word(&command, c->design.a->directory);
	put(&command, " -o confirm");
	for (enum record_end end = END_RX; end <= END_TX; end++)
		put_path(&command, c, end, cause->setting);
	for (enum record_end end = END_RX; end <= END_TX; end++)
		put_options(&command, c, end, cause->setting, plan);
	free(plan);
	return command.used < size;
}

/* ---- what came of it ---- */

/* The logarithm of the ratio of throughputs, its standard error and that one's degrees of freedom. */
static struct comparison throughputs_of(const struct configuration *a, const struct configuration *b)
{
	static const struct exponents exponents = {1, 1};
	struct comparison k;
	struct design d;

	design_of(&d, a, b);
	k = design_quantity(&d, THROUGHPUT, &exponents, 0);
	design_free(&d);
	return k;
}

static double or_zero(double x)
{
	return isnan(x) ? 0 : x;
}

enum confirmed confirm_judge(const struct causes *c, const struct experiment *tested,
			     struct interval *returned)
{
	const struct configuration *again = NULL, *cured = NULL;
	struct comparison was, left;
	double x, w, moved, error, half;

	*returned = (struct interval){NAN, NAN, NAN};
	for (size_t i = 0; i < tested->count; i++)
		*(configuration_again(&tested->configurations[i]) ? &again : &cured) =
			&tested->configurations[i];
	if (tested->count != 2 || !again || !cured || again->count < 2 || cured->count < 2)
		return CONFIRM_UNFIT;
	was = throughputs_of(c->design.a, c->design.b);
	left = throughputs_of(again, cured);
	w = log(was.ratio.center);
	x = log(left.ratio.center);
	returned->center = 1 - x / w;
	if (!isfinite(returned->center))
		return CONFIRM_UNFIT;
	/* Of a ratio of two logarithms, each with its error (the delta method). */
	error = hypot(or_zero(left.error) / w, x * or_zero(was.error) / (w * w));
	half = gsl_cdf_tdist_Qinv(0.025, left.freedom >= 1 ? left.freedom : 1) * error;
	returned->low = returned->center - half;
	returned->high = returned->center + half;
	/* As slow as the worse set: then the remedy has nothing left to bring back. */
	moved = log(throughputs_of(c->design.a, again).ratio.center);
	if (moved / w >= 0.5)
		return CONFIRM_MOVED;
	if (returned->center >= 0.5 && returned->low > 0)
		return CONFIRM_RETURNED;
	return returned->high < 0.5 ? CONFIRM_WITHDRAWN : CONFIRM_OPEN;
}
