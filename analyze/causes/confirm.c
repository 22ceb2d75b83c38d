// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/causes/confirm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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
	char one[2] = "";

	if (*text && strspn(text, plain) == strlen(text)) {
		put(c, text);
		return;
	}
	put(c, "'");
	for (; *text; text++) {
		one[0] = *text;
		put(c, *text == '\'' ? "'\\''" : one);
	}
	put(c, "'");
}

/* Of the worse set; of the option that is tested, that of the better one, at both ends. */
static const char *option_of(const struct causes *c, enum record_end end, const char *name,
			     const struct setting *tested)
{
	const struct configuration *of = strcmp(tested->key, name) ? c->design.b : c->design.a;

	return run_fact(of->runs[0], METRIC_fact_option, end, name);
}

/* What is at its default is left out. */
static void put_options(struct command *to, const struct causes *c, enum record_end end,
			const struct setting *tested)
{
	for (enum option_id id = 0; id < OPTIONS; id++) {
		const struct option_info *info = option_info(id);
		const char *value = option_of(c, end, info->name, tested);
		char spelled[OPTION_SPELL_MAX];

		if (!value || !*value || !strcmp(value, info->preset) || id == OPTION_path)
			continue;
		put(to, info->ends == ENDS_BOTH ? (end == END_RX ? " --rx-" : " --tx-") : " --");
		put(to, option_spell(id, spelled));
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

bool confirm_command(const struct causes *c, const struct cause *cause, char *text, size_t size)
{
	const struct run *run = c->design.b->runs[0];
	const char *link = run_fact(run, METRIC_fact_link, END_HOST, NULL);
	struct command command = {text, size, 0};

	if (!cause->setting || cause->setting->id != METRIC_fact_option || !cause->setting->a ||
	    cause->setting->end == END_HOST)
		return false;
	put(&command, "zcprof run --against ");
	put_word(&command, c->design.a->directory);
	put(&command, " -o confirm");
	for (enum record_end end = END_RX; end <= END_TX; end++)
		put_path(&command, c, end, cause->setting);
	if (link) {
		put(&command, " --link ");
		put_word(&command, link);
	}
	for (enum record_end end = END_RX; end <= END_TX; end++)
		put_options(&command, c, end, cause->setting);
	return command.used < size;
}

static double log_throughput(const struct configuration *c)
{
	const struct exponents exponents = {1, 1};
	double sum = 0;

	for (size_t i = 0; i < c->count; i++)
		sum += log(outcome_of(c->runs[i], &exponents).of[THROUGHPUT]);
	return sum / c->count;
}

/* zcprof run --against calls the better set's configuration again,NAME, and its directory so. */
static bool is_again(const struct configuration *c)
{
	return strstr(c->directory, "/again,") || !strncmp(c->name, "again,", strlen("again,"));
}

enum confirmed confirm_judge(const struct causes *c, const struct experiment *tested,
			     double *returned)
{
	const struct configuration *again = NULL, *cured = NULL;
	double was = log_throughput(c->design.b) - log_throughput(c->design.a);

	*returned = NAN;
	for (size_t i = 0; i < tested->count; i++)
		*(is_again(&tested->configurations[i]) ? &again : &cured) =
			&tested->configurations[i];
	if (tested->count != 2 || !again || !cured || again->count < 2 || cured->count < 2)
		return CONFIRM_UNFIT;
	*returned = 1 - (log_throughput(cured) - log_throughput(again)) / was;
	if (!isfinite(*returned))
		return CONFIRM_UNFIT;
	return *returned >= 0.5 ? CONFIRM_RETURNED : CONFIRM_WITHDRAWN;
}
