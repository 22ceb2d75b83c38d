// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/settings.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/say.h"
#include "zcprof/collecting.h"
#include "zcprof/reach/reach.h"
#include "zcprof/run/planfile.h"

/* Keys of zcprof's own options; a configuration's option has OPTION_KEY + 4 * id + ends. */
enum {
	KEY_RX = 0x100,
	KEY_TX,
	KEY_REPEAT,
	KEY_UNTIL,
	KEY_WITHIN,
	KEY_SKIP,
	KEY_TABLE,
	KEY_PUBLISHED,
	KEY_SET,
	KEY_AGAINST,
	KEY_SEED,
	KEY_CONTROL,
	KEY_DRY_RUN,
	KEY_LINK,
	KEY_IPV6,
	KEY_RX_HOST,
	KEY_TX_HOST,
	KEY_ADDRESS,
	KEY_PORT,
	KEY_SSH,
	KEY_ZCPATH,
	KEY_ZCPROF,
	KEY_PUSH,
	KEY_COLLECT,
	KEY_NO_COLLECT,
	KEY_EXACT,
	KEY_LIVE,
	KEY_POWER,
	OPTION_KEY = 0x1000,
};

/* How often it is tried by itself. */
#define UNTIL_REPEATS 50

static const struct argp_option own_options[] = {
	{NULL, 0, NULL, 0, "What to run:", 1},
	{"rx", KEY_RX, "PATHS", 0, "Paths at the receiver (copy); see 'zcpath paths'", 0},
	{"tx", KEY_TX, "PATHS", 0, "Paths at the sender (copy)", 0},
	{"repeat", KEY_REPEAT, "N", 0, "Runs of each configuration (5)", 0},
	{"against", KEY_AGAINST, "DIR", 0,
	 "One more configuration: that of an earlier experiment, measured again in the same rounds",
	 0},
	{"until", KEY_UNTIL, "PERCENT", 0,
	 "Rounds of runs until the 95 % interval of throughput is within so much of it, five at least; of several configurations that of the ratio of each to the first. Gives up after --repeat, which is then 50",
	 0},
	{"within", KEY_WITHIN, "TIME", 0,
	 "Give up what does not fit into so much time, such as 90s, 30m or 2h; what is known least is run first. The same command goes on",
	 0},
	{"skip", KEY_SKIP, "CONDITIONS", 0,
	 "Leave out what all of them hold of, such as 'rx=zcrx,devmem read!=64K'; may be given again",
	 0},
	{"table", KEY_TABLE, "WORDS", 0,
	 "How zcroi table prints the directory, such as 'rows=path cols=read value=T,ROI'; may be given again",
	 0},
	{"published", KEY_PUBLISHED, "WORDS", 0,
	 "What others published, for zcroi table to print beside its figures: 'by WHO', then such as 'value=T is=42 where=flows=1'; may be given again",
	 0},
	{"set", KEY_SET, "NAME=VALUE", 0, "What ${NAME} is in plan files", 0},
	{"seed", KEY_SEED, "N", 0, "Seed of the random order (from the clock)", 0},
	{"control", KEY_CONTROL, NULL, 0,
	 "As many runs again without any collector, for the cost of measuring", 0},
	{"dry-run", KEY_DRY_RUN, NULL, 0,
	 "Print the plan, as DIR would keep it, and the order, and run nothing", 0},
	{"output", 'o', "DIR", 0, "Where the files go (a new directory named by the time)", 0},
	{NULL, 0, NULL, 0, "What to measure:", 2},
	{"collect", KEY_COLLECT, "LIST", 0, "Only these collectors", 0},
	{"no-collect", KEY_NO_COLLECT, "LIST", 0, "All collectors but these", 0},
	{"exact", KEY_EXACT, 0, 0,
	 "Count every event and sample 999 times a second, where collectors would take less to cost less",
	 0},
	{"power", KEY_POWER, "cmd:COMMAND", 0, METER_HELP, 0},
	{"live", KEY_LIVE, NULL, 0,
	 "Show each second of a window what is going on: on a terminal as a screen, else as lines",
	 0},
	{NULL, 0, NULL, 0, "Where to run:", 3},
	{"link", KEY_LINK, "LINK", 0,
	 "veth: two new namespaces and a pair of devices (default); forward: with a third between them that forwards; loopback; a device of this machine, with the other end on a host; netns:RX,TX: two existing namespaces; dummy: a device that drops what is sent, for --udp and the sender alone",
	 0},
	{"ipv6", KEY_IPV6, NULL, 0, "Use the link's IPv6 addresses", 0},
	{"rx-host", KEY_RX_HOST, "USER@HOST", 0, "The receiver runs there", 0},
	{"tx-host", KEY_TX_HOST, "USER@HOST", 0, "The sender runs there", 0},
	{"address", KEY_ADDRESS, "ADDRESS", 0,
	 "The address that the receiver listens on (the link's, or its host's)", 0},
	{"port", KEY_PORT, "PORT", 0,
	 "The receiver's control port; the data flows use the one after it (5210)", 0},
	{"ssh", KEY_SSH, "COMMAND", 0, "How a host is reached (ssh)", 0},
	{"zcpath", KEY_ZCPATH, "PATH", 0, "The zcpath to run, on hosts too", 0},
	{"zcprof", KEY_ZCPROF, "PATH", 0, "The zcprof on a host (zcprof, by its PATH)", 0},
	{"push", KEY_PUSH, NULL, 0,
	 "Take this zcprof and its zcpath to each host, and remove them as soon as they run", 0},
	{"verbose", 'v', NULL, 0, "Say what is done", 0},
	{NULL, 0, NULL, 0,
	 "Each of these takes a list, separated by commas; together they make the product. --rx-NAME and --tx-NAME give one to one end only; in a list of CPUs '+' joins those of one value:",
	 4},
};

#define OWN_OPTIONS (sizeof(own_options) / sizeof(*own_options))

static const char documentation[] =
	"Run every configuration of an experiment, and write one CSV file per run to "
	"DIR/CONFIGURATION/run-N.csv. Running it again with the same -o goes on where it was "
	"interrupted."
	"\v"
	"Examples:\n"
	"  zcprof run --rx copy,uring --tx copy,send_zc --rx-cpu 0 --tx-cpu 1 -o first\n"
	"  zcprof run --read 4K,64K,256K --repeat 3 --seconds 5\n"
	"  zcprof run @studies/read-size.plan --dry-run\n"
	"  zcprof run --link eth1 --tx-host root@sender --tx send_zc,zerocopy\n"
	"\n"
	"A plan file holds one option per line, without the dashes; '#' behind white space begins a comment.\n"
	"Exit status: 0 done, 1 a run failed or was interrupted, 2 wrong usage, 3 this machine "
	"cannot.";

static void count_option(struct argp_state *state, const char *name, const char *text,
			 uint64_t least, uint64_t most, uint64_t *value)
{
	const char *why;

	if (quantity_count(text, value, &why))
		argp_error(state, "--%s %s: %s", name, text, why);
	if (*value < least || *value > most)
		argp_error(state, "--%s %s: expected %llu to %llu", name, text,
			   (unsigned long long)least, (unsigned long long)most);
}

static void until_option(struct argp_state *state, const char *text, double *until)
{
	char *rest;

	/* argp gives the text of an option that has to have one. */
	*until = strtod(text, &rest) / 100; // NOLINT(clang-analyzer-core.NonNullParamChecker)
	if (rest == text || (*rest && strcmp(rest, "%")) || !(*until >= 0.001 && *until <= 0.5))
		argp_error(state, "--until %s: expected percent from 0.1%% to 50%%, such as 2%%",
			   text);
}

static void within_option(struct argp_state *state, const char *text, double *within_s)
{
	static const struct {
		char letter;
		double seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'\0', 1}};
	char *rest;
	size_t unit = 0;

	*within_s = strtod(text, &rest); // NOLINT(clang-analyzer-core.NonNullParamChecker)
	while (unit < 3 && *rest != units[unit].letter)
		unit++;
	*within_s *= units[unit].seconds;
	if (rest == text || (*rest && (unit == 3 || rest[1])) ||
	    !(*within_s >= 1 && *within_s <= 1e7))
		argp_error(state, "--within %s: expected a time, such as 90s, 30m or 2h", text);
}

static void constraint_option(struct argp_state *state, int key, const char *text)
{
	struct settings *settings = state->input;
	char why[200];
	int (*const take)(struct plan * plan, const char *text, char *why, size_t why_size) =
		key == KEY_SKIP	   ? plan_skip
		: key == KEY_TABLE ? plan_table
				   : plan_published;

	if (take(&settings->plan, text, why, sizeof(why)))
		argp_error(state, "--%s '%s': %s",
			   key == KEY_SKIP    ? "skip"
			   : key == KEY_TABLE ? "table"
					      : "published",
			   text, why);
}

static void list_option(struct argp_state *state, enum option_id id, enum option_ends ends,
			const char *shown, const char *text)
{
	struct settings *settings = state->input;
	char why[160];

	if (!text)
		text = "yes";
	if (plan_option(&settings->plan, id, ends, text, why, sizeof(why)))
		argp_error(state, "--%s %s: %s", shown, text, why);
}

static void configuration_option(struct argp_state *state, int key, const char *text)
{
	enum option_id id = (key - OPTION_KEY) / 4;
	enum option_ends ends = (key - OPTION_KEY) % 4;
	const struct option_info *info = option_info(id);
	char shown[48];

	snprintf(shown, sizeof(shown), "%s%s",
		 ends == ENDS_BOTH || ends == info->ends ? ""
		 : ends == ENDS_RX			 ? "rx-"
							 : "tx-",
		 info->name);
	for (char *c = shown; *c; c++)
		*c = *c == '_' ? '-' : *c;
	list_option(state, id, ends, shown, text);
}

static void check(const struct settings *s, struct argp_state *state)
{
	char why[160];

	if (collecting_refuse(s->collect, s->no_collect, meter_named(&s->meter), why, sizeof(why)))
		argp_error(state, "%s", why);
	/* A plan's may be overridden: what is left of it does no harm. */
	if (s->ssh_given && !s->host[END_RX] && !s->host[END_TX])
		say_warning("--ssh has no effect: no end is on a host; give --rx-host or --tx-host");
	if (s->ipv6 && s->address)
		say_warning("--ipv6 has no effect beside --address, which says what it is");
}

/* A switch, or a text that is what it is. */
static error_t plain_option(struct settings *settings, int key, char *text)
{
	switch (key) {
	case KEY_AGAINST:
		settings->against = text;
		return 0;
	case KEY_CONTROL:
		settings->control = true;
		return 0;
	case KEY_DRY_RUN:
		settings->dry_run = true;
		return 0;
	case KEY_COLLECT:
		settings->collect = text;
		return 0;
	case KEY_EXACT:
		settings->exact = true;
		return 0;
	case KEY_LIVE:
		settings->live = true;
		return 0;
	case KEY_NO_COLLECT:
		settings->no_collect = text;
		return 0;
	case 'o':
		settings->output = text;
		return 0;
	case 'v':
		say_verbose(true);
		return 0;
	case KEY_LINK:
		settings->link = text;
		return 0;
	case KEY_IPV6:
		settings->ipv6 = true;
		return 0;
	case KEY_ADDRESS:
		settings->address = text;
		return 0;
	case KEY_ZCPATH:
		settings->zcpath = text;
		return 0;
	case KEY_PUSH:
		settings->push = true;
		return 0;
	case KEY_ZCPROF:
		settings->zcprof = text;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Where the ends are, and how they are reached. */
static error_t place_option(struct settings *settings, int key, char *text, struct argp_state *state)
{
	const char *refused;
	uint64_t number;

	switch (key) {
	case KEY_RX_HOST:
	case KEY_TX_HOST:
		refused = reach_refuse_host(text);
		if (refused)
			argp_error(state, "--%s-host %s: %s", key == KEY_RX_HOST ? "rx" : "tx",
				   text, refused);
		settings->host[key == KEY_RX_HOST ? END_RX : END_TX] = text;
		return 0;
	case KEY_PORT:
		count_option(state, "port", text, 1, 65534, &number);
		settings->port = number;
		return 0;
	case KEY_SSH:
		refused = reach_refuse(text);
		if (refused)
			argp_error(state, "--ssh %s: %s", text, refused);
		settings->ssh = text;
		settings->ssh_given = true;
		return 0;
	default:
		return plain_option(settings, key, text);
	}
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct settings *settings = state->input;
	const char *why;
	uint64_t number;

	if (text && strchr(text, '\n'))
		argp_error(state, "an option holds a line break, which a plan cannot keep: %.*s…",
			   (int)strcspn(text, "\n"), text);
	if (key >= OPTION_KEY && key < OPTION_KEY + 4 * OPTIONS) {
		configuration_option(state, key, text);
		return 0;
	}
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &settings->origin;
		return 0;
	case KEY_RX:
		list_option(state, OPTION_path, ENDS_RX, "rx", text);
		return 0;
	case KEY_TX:
		list_option(state, OPTION_path, ENDS_TX, "tx", text);
		return 0;
	case KEY_REPEAT:
		count_option(state, "repeat", text, 1, REPEATS_MAX, &number);
		settings->repeats = number;
		settings->repeats_given = true;
		return 0;
	case KEY_UNTIL:
		until_option(state, text, &settings->until);
		return 0;
	case KEY_WITHIN:
		within_option(state, text, &settings->within_s);
		return 0;
	case KEY_SKIP:
	case KEY_TABLE:
	case KEY_PUBLISHED:
		constraint_option(state, key, text);
		return 0;
	case KEY_SET: /* planfile_expand() has taken every whole one */
		argp_error(state, "--set is written in full, and has NAME=VALUE");
		return 0;
	case KEY_SEED:
		count_option(state, "seed", text, 0, UINT64_MAX, &settings->seed);
		settings->seed_given = true;
		return 0;
	case KEY_POWER:
		if (meter_option(&settings->meter, text, &why))
			argp_error(state, "--power %s: %s", text, why);
		return 0;
	case ARGP_KEY_END:
		check(settings, state);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "%s: expected an option, or a plan file as @FILE", text);
		return 0;
	default:
		return place_option(settings, key, text, state);
	}
}

/* Three spellings of each row of options.def, of which --help shows one. */
static struct argp_option *all_options(void)
{
	struct argp_option *all = calloc(OWN_OPTIONS + 3 * OPTIONS + 1, sizeof(*all));
	struct argp_option *next = all;

	if (!all)
		return NULL;
	memcpy(next, own_options, sizeof(own_options));
	next += OWN_OPTIONS;
	for (int id = 0; id < OPTIONS; id++) {
		const struct option_info *info = option_info(id);
		static const char *const prefix[] = {[ENDS_RX] = "rx-", [ENDS_TX] = "tx-"};
		bool flag = info->type == TYPE_FLAG;

		if (id == OPTION_path)
			continue;
		for (int ends = ENDS_BOTH; ends >= ENDS_RX; ends--) {
			char *name;

			if (ends != ENDS_BOTH && !(ends & info->ends))
				continue;
			if (asprintf(&name, "%s%s", ends == ENDS_BOTH ? "" : prefix[ends],
				     info->name) < 0)
				continue;
			for (char *c = name; *c; c++)
				*c = *c == '_' ? '-' : *c;
			*next++ = (struct argp_option){
				.name = name,
				.key = OPTION_KEY + 4 * id + ends,
				.arg = flag ? "yes,no" : info->value,
				.flags = (flag ? OPTION_ARG_OPTIONAL : 0) |
					 (ends == ENDS_BOTH ? 0 : OPTION_HIDDEN),
				.doc = info->help,
			};
		}
	}
	return all;
}

static void free_options(struct argp_option *all)
{
	for (struct argp_option *o = all + OWN_OPTIONS; o->name; o++)
		free((char *)o->name);
	free(all);
}

/* What is not given, and is not zcpath's own default. */
static void set_defaults(struct settings *settings)
{
	char why[160];

	plan_option(&settings->plan, OPTION_path, ENDS_RX, "copy", why, sizeof(why));
	plan_option(&settings->plan, OPTION_path, ENDS_TX, "copy", why, sizeof(why));
	plan_option(&settings->plan, OPTION_seconds, ENDS_TX, "100", why, sizeof(why));
	settings->repeats = 5;
	settings->link = "veth";
	settings->port = 5210;
	settings->ssh = "ssh";
	settings->zcprof = "zcprof";
}

void settings_parse(struct settings *settings, int argc, char **argv)
{
	struct argp_option *all = all_options();
	static const struct argp_child children[] = {
		{&origin_argp, 0, "What the record says of itself:", 2}, {0}};
	struct argp argp = {.options = all,
			    .parser = parse_option,
			    .args_doc = "[@PLAN...]",
			    .doc = documentation,
			    .children = children};
	int count;

	memset(settings, 0, sizeof(*settings));
	settings->words = planfile_expand(argc, argv, &count);
	if (!settings->words)
		exit(EXIT_USAGE);
	if (!all)
		exit(EXIT_FAILED);
	set_defaults(settings);
	argp_parse(&argp, count, settings->words, 0, NULL, settings);
	settings->tables_given = settings->plan.tables.count;
	settings->published_given = settings->plan.published.count;
	if (settings->until > 0 && !settings->repeats_given) {
		settings->repeats = UNTIL_REPEATS;
		settings->repeats_given = true;
	}
	free_options(all);
}

void settings_free(struct settings *settings)
{
	plan_free(&settings->plan);
	for (char **w = settings->words; w && *w; w++)
		free(*w);
	free(settings->words);
}
