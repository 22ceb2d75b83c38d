// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/causes/confirm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/outfile.h"
#include "base/quantity.h"
#include "base/shell.h"
#include "record/options.h"

#define PATH_SIZE 4000

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

/* What is no option of a configuration, such as which collectors measure, stands in the plan beside it. */
struct plan {
	char path[PATH_SIZE];
	char *text;   /* with a line's end before it, to be freed; NULL where there is none */
	bool has_nul; /* and so is no text: behind it may stand what nobody sees */
};

static void read_plan(struct plan *plan, const struct configuration *c)
{
	const char *slash = strrchr(c->directory, '/');
	int len = slash ? (int)(slash - c->directory) : 1;
	size_t got;
	FILE *in;

	*plan = (struct plan){.text = NULL};
	if (snprintf(plan->path, PATH_SIZE, "%.*s/plan", len, slash ? c->directory : ".") >=
	    PATH_SIZE)
		return;
	in = outfile_read(plan->path);
	if (!in)
		return;
	plan->text = must_malloc(PLAN_MAX + 2);
	plan->text[0] = '\n';
	got = fread(plan->text + 1, 1, PLAN_MAX, in);
	plan->text[got + 1] = '\0';
	plan->has_nul = memchr(plan->text, '\0', got + 1);
	if (fclose(in) || got == PLAN_MAX ||
	    strncmp(plan->text, "\n# zcprof ", strlen("\n# zcprof "))) {
		free(plan->text);
		plan->text = NULL;
	}
}

static bool plan_has(const struct plan *plan, const char *option)
{
	static const char *const ends[] = {"", "rx-", "tx-"};
	char line[OPTION_SPELL_MAX + 8];

	for (size_t i = 0; plan->text && i < sizeof(ends) / sizeof(*ends); i++) {
		snprintf(line, sizeof(line), "\n%s%s ", ends[i], option);
		if (strstr(plan->text, line))
			return true;
	}
	return false;
}

/* ---- what runs programs ---- */

/* Some sysctls hold the path of a program that the kernel runs as root; none of the network's does. */
static bool is_harmless(const char *sysctls, size_t len)
{
	for (size_t at = 0, item; at < len; at += item + 1) {
		item = strcspn(sysctls + at, "+,\r\n");
		if (item && strncmp(sysctls + at, "net.", 4) != 0 &&
		    strncmp(sysctls + at, "net/", 4) != 0)
			return false;
	}
	return !memmem(sysctls, len, "${", 2);
}

/* A name may be cut short, as on a command line. */
static bool is_short_for(const char *name, size_t len, const char *whole)
{
	return len && len <= strlen(whole) && !memcmp(whole, name, len);
}

/* Of a plan's line with so long a name, whose value may name several configurations'. */
static bool sets_sysctl(const char *line, size_t len)
{
	const char *value = line + len + strspn(line + len, " \t=");

	return (is_short_for(line, len, "sysctl") || is_short_for(line, len, "rx-sysctl") ||
		is_short_for(line, len, "tx-sysctl")) &&
	       !is_harmless(value, strcspn(value, "\r\n"));
}

static bool says_what_runs(const char *line, size_t len)
{
	static const char *const names[] = {"power",   "ssh",	  "zcpath",  "zcprof",
					    "rx-host", "tx-host", "include", "push"};
	size_t whole = strcspn(line, "\r\n");

	/* Paths, and whole words of their own. */
	if (len == 2 && (!memcmp(line, "rx", 2) || !memcmp(line, "tx", 2)))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (is_short_for(line, len, names[i]))
			/* A meter that is no command is a file or this machine's own. */
			return i || memmem(line, whole, "cmd:", 4) || memmem(line, whole, "${", 2);
	return sets_sysctl(line, len);
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

static bool has_command(const struct cause *cause)
{
	return cause->setting && cause->setting->id == METRIC_fact_option && cause->setting->a &&
	       cause->setting->end != END_HOST;
}

/* Whether no command is printed, and then why: the records may be a stranger's, and who runs it may be root. */
static bool is_refused(const struct causes *c, const struct cause *cause, const struct plan *plan,
		       char *text, size_t size)
{
	size_t len = 0;
	const char *line = plan->text ? running_line(plan->text, &len) : NULL;

	if (plan->text && plan->has_nul) {
		snprintf(text, size,
			 "not by a command that is printed here: the plan of these records holds a byte of value zero, as no plan does, and what stands behind it may run programs; read %s with cat -v",
			 plan->path);
		return true;
	}
	if (line) {
		snprintf(text, size,
			 "not by a command that is printed here: the plan of these records says which program runs (%.*s); read %s, and run it with zcprof only if you trust it",
			 (int)len, line, plan->path);
		return true;
	}
	for (enum record_end end = END_RX; end <= END_TX; end++) {
		const char *sysctls = option_of(c, end, "sysctl", cause->setting);

		if (!sysctls || is_harmless(sysctls, strlen(sysctls)))
			continue;
		snprintf(text, size,
			 "not by a command that is printed here: these records have a sysctl that is none of the network, and some of those run programs");
		return true;
	}
	return false;
}

/* ---- the command ---- */

/* Of one set: what an option is at an end. */
static const char *value_in(const struct configuration *c, enum record_end end, const char *name)
{
	return run_fact(c->runs[0], METRIC_fact_option, end, name);
}

static bool differs_at(const struct causes *c, enum record_end end, const char *name)
{
	const char *a = value_in(c->design.a, end, name), *b = value_in(c->design.b, end, name);

	return a && b && strcmp(a, b) != 0;
}

/*
 * The tested option has both values where it can, so that the worse set is measured again too: then the machine may be
 * another one by now. END_HOST: an option that both ends have alike, as one.
 */
static bool takes_both(const struct causes *c, enum record_end end, const struct option_info *info,
		       const struct setting *tested)
{
	enum record_end other = tested->end == END_RX ? END_TX : END_RX;
	bool alike;

	if (strcmp(info->name, tested->key) != 0 || !tested->b || strchr(tested->a, ',') ||
	    strchr(tested->b, ','))
		return false;
	if (!differs_at(c, other, info->name))
		return end == tested->end;
	alike = info->ends == ENDS_BOTH && strcmp(info->name, "path") != 0 &&
		!strcmp(value_in(c->design.a, other, info->name), tested->a) &&
		!strcmp(value_in(c->design.b, other, info->name), tested->b);
	return alike && end == END_HOST;
}

/*
 * What was given for an option to become what the record has. Of a socket's buffers the kernel doubles what SO_RCVBUF and
 * SO_SNDBUF ask for (socket(7)), and a record has what it gave. Returns value, or text.
 */
static const char *as_given(enum option_id id, const char *value, char *text, size_t size)
{
	struct options options = {0};
	const char *why;
	uint64_t bytes;

	if ((id != OPTION_rcvbuf && id != OPTION_sndbuf) || quantity_size(value, &bytes, &why))
		return value;
	*options_number(&options, id) = bytes / 2;
	options.set[id] = true;
	return options_print(&options, id, text, size);
}

static void put_value(struct command *to, enum option_id id, const struct setting *tested,
		      const char *value, bool both)
{
	char one[80], other[80], *list = NULL;

	if (both && asprintf(&list, "%s,%s", as_given(id, tested->a, one, sizeof(one)),
			     as_given(id, tested->b, other, sizeof(other))) < 0)
		list = NULL;
	put_word(to, list ? list : as_given(id, value, one, sizeof(one)));
	free(list);
}

static void put_option(struct command *to, enum option_id id, const struct setting *tested,
		       const char *value, bool both)
{
	char spelled[OPTION_SPELL_MAX];

	put(to, option_spell(id, spelled));
	put(to, "=");
	put_value(to, id, tested, value, both);
}

/*
 * Whether somebody gave the option its value: the plan has all that was given, and what is not in it is at its default or
 * follows from another, as --write from --rpc. Without a plan what is not set, or at its default, was not given.
 */
static bool was_given(const struct option_info *info, const char *spelled, const char *value,
		      const struct setting *tested, const struct plan *plan)
{
	if (plan_has(plan, spelled))
		return true;
	if (!*value || !strcmp(value, info->preset))
		return false;
	return !plan->text || !strcmp(info->name, tested->key);
}

static void put_options(struct command *to, const struct causes *c, enum record_end end,
			const struct setting *tested, const struct plan *plan)
{
	for (enum option_id id = 0; id < OPTIONS; id++) {
		const struct option_info *info = option_info(id);
		const char *value = option_of(c, end, info->name, tested);
		bool both = takes_both(c, end, info, tested);
		char spelled[OPTION_SPELL_MAX];

		option_spell(id, spelled);
		if (takes_both(c, END_HOST, info, tested)) {
			put(to, end == END_RX ? " --" : "");
			if (end == END_RX)
				put_option(to, id, tested, value, true);
			continue;
		}
		if (!value || id == OPTION_path ||
		    (!both && !was_given(info, spelled, value, tested, plan)))
			continue;
		put(to, info->ends == ENDS_BOTH ? (end == END_RX ? " --rx-" : " --tx-") : " --");
		put_option(to, id, tested, value, both);
	}
}

static void put_path(struct command *to, const struct causes *c, enum record_end end,
		     const struct setting *tested)
{
	const char *path = option_of(c, end, "path", tested);

	put(to, end == END_RX ? " --rx " : " --tx ");
	put_value(to, OPTION_path, tested, path ? path : "copy",
		  takes_both(c, end, option_info(OPTION_path), tested));
}

static void put_plan(struct command *to, const struct run *run, const struct plan *plan)
{
	const char *link = run_fact(run, METRIC_fact_link, END_HOST, NULL);

	if (plan->text) {
		char word[PATH_SIZE + 1];

		snprintf(word, sizeof(word), "@%s", plan->path);
		put(to, " ");
		put_word(to, word);
	} else if (link) {
		put(to, " --link ");
		put_word(to, link);
	}
}

/* False where there is no room for all of it. */
static bool write_command(const struct causes *c, const struct cause *cause,
			  const struct plan *plan, char *text, size_t size)
{
	struct command command = {text, size, 0};

	put(&command, "zcprof run");
	put_plan(&command, c->design.b->runs[0], plan);
	put(&command, " --against ");
	put_word(&command, c->design.a->directory);
	put(&command, " -o confirm");
	for (enum record_end end = END_RX; end <= END_TX; end++)
		put_path(&command, c, end, cause->setting);
	for (enum record_end end = END_RX; end <= END_TX; end++)
		put_options(&command, c, end, cause->setting, plan);
	return command.used < size;
}

enum confirming confirm_command(const struct causes *c, const struct cause *cause, char *text,
				size_t size)
{
	enum confirming result = CONFIRMING_NONE;
	struct plan plan;

	if (!has_command(cause))
		return result;
	read_plan(&plan, c->design.b);
	if (is_refused(c, cause, &plan, text, size))
		result = CONFIRMING_REFUSED;
	else if (write_command(c, cause, &plan, text, size))
		result = CONFIRMING_COMMAND;
	free(plan.text);
	return result;
}
