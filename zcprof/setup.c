// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/setup.h"

#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/say.h"
#include "nic/device.h"
#include "nic/settings/settings.h"
#include "zcprof/reach/elsewhere.h"
#include "zcprof/run/settings.h"

/* A setting has SETTING_KEY + 4 * id + ends. */
enum {
	KEY_AS = 0x100,
	SETTING_KEY = 0x1000,
};

struct request {
	struct options options;
	bool of_one_end[OPTIONS]; /* said of it alone, which overrides what is said of both */
	enum option_ends as;	  /* ENDS_BOTH: neither in particular */
	const char *plans[16];
	unsigned int plan_count;
	char given[DEVICE_NAME_MAX + 1];
	const char *way[3]; /* --host, --ssh and --zcprof; NULL: was not said */
	bool verbose;
};

static const char documentation[] =
	"Set a device and this machine as a plan says, or as is asked for here, and leave it so: until 'zcprof restore', which puts everything back, or until the machine is started anew. What a plan says beside that is left to 'zcprof run'."
	"\v"
	"Examples:\n"
	"  zcprof setup --gro hw --coalesce adaptive-rx=off+rx-usecs=20 eth1\n"
	"  zcprof setup --as rx @my.plan eth1\n"
	"  zcprof setup --host root@far --mtu 9000 eth1\n"
	"  zcprof restore\n"
	"\n"
	"Exit status: 0 done, 1 failed, 2 wrong usage, 3 the device or the machine refuses; then nothing is changed.";

static const struct argp_option own_options[] = {
	{"as", KEY_AS, "END", 0,
	 "What a plan says of this end: rx or tx (what it says of both ends alone)", 0},
	{"verbose", 'v', NULL, 0, "Say what is done", 0},
	ELSEWHERE_OPTIONS,
	{NULL, 0, NULL, 0, "Settings:", 1},
};

#define OWN_OPTIONS (sizeof(own_options) / sizeof(*own_options))

/* Of a plan or the command line, which comes later. */
static int take(struct request *r, enum option_id id, bool of_one_end, const char *text, char *why,
		size_t why_size)
{
	if (r->of_one_end[id] && !of_one_end)
		return 0;
	r->of_one_end[id] = of_one_end;
	return options_take(&r->options, id, text, why, why_size);
}

/* What of a plan is a setting, and of this end. */
static void take_plan(struct request *r, const char *file)
{
	char *words[] = {"zcprof setup", (char *)file, NULL};
	struct settings s;

	/* Ends the process where the plan is wrong. */
	settings_parse(&s, 2, words);
	for (size_t i = 0; i < s.plan.axis_count; i++) {
		const struct axis *axis = &s.plan.axes[i];
		char name[OPTION_SPELL_MAX], why[160];

		if (!option_is_setting(axis->id) || !(axis->ends & r->as) ||
		    (axis->ends != ENDS_BOTH && r->as == ENDS_BOTH &&
		     option_info(axis->id)->ends == ENDS_BOTH))
			continue;
		if (axis->count > 1) {
			say_error("%s: %s has %zu values, and a device is set to one: say which with --%s",
				  file, option_spell(axis->id, name), axis->count, name);
			exit(EXIT_USAGE);
		}
		if (take(r, axis->id, axis->ends != ENDS_BOTH, axis->items[0], why, sizeof(why))) {
			say_error("%s: %s: %s", file, option_spell(axis->id, name), why);
			exit(EXIT_USAGE);
		}
	}
	settings_free(&s);
}

static error_t parse_word(struct request *r, const char *text, struct argp_state *state)
{
	if (*text == '@' && r->plan_count < sizeof(r->plans) / sizeof(r->plans[0])) {
		r->plans[r->plan_count++] = text;
		return 0;
	}
	if (r->given[0])
		argp_error(state, "%s and %s: expected one device", r->given, text);
	if (strlen(text) > DEVICE_NAME_MAX)
		argp_error(state, "%.40s…: no device has so long a name", text);
	snprintf(r->given, sizeof(r->given), "%s", text);
	return 0;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct request *r = state->input;
	char name[OPTION_SPELL_MAX], why[160];

	if (key >= SETTING_KEY && key < SETTING_KEY + OPTIONS) {
		enum option_id id = key - SETTING_KEY;

		if (take(r, id, true, text, why, sizeof(why)))
			argp_error(state, "--%s %s: %s", option_spell(id, name), text, why);
		return 0;
	}
	switch (key) {
	case KEY_AS:
		r->as = !strcmp(text, "rx") ? ENDS_RX : !strcmp(text, "tx") ? ENDS_TX : 0;
		if (!r->as)
			argp_error(state, "--as %s: expected rx or tx", text);
		return 0;
	case 'v':
		r->verbose = true;
		say_verbose(true);
		return 0;
	case KEY_HOST:
	case KEY_HOST_SSH:
	case KEY_HOST_ZCPROF:
		r->way[key - KEY_HOST] = text;
		return 0;
	case ARGP_KEY_ARG:
		return parse_word(r, text, state);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void parse_all(struct request *r, int argc, char **argv)
{
	static struct argp_option all[OWN_OPTIONS + OPTIONS + 1];
	static char names[OPTIONS][OPTION_SPELL_MAX];
	static const struct argp argp = {all,  parse, "[@PLAN...] [IFACE]", documentation, NULL,
					 NULL, NULL};
	size_t n = OWN_OPTIONS;

	memcpy(all, own_options, sizeof(own_options));
	for (int id = 0; id < OPTIONS; id++)
		if (option_is_setting(id))
			all[n++] = (struct argp_option){
				.name = option_spell(id, names[id]),
				.key = SETTING_KEY + id,
				.arg = option_info(id)->value,
				.doc = option_info(id)->help,
			};
	argp_parse(&argp, argc, argv, 0, NULL, r);
}

/* As a plan would say it. */
static void print(const struct options *o)
{
	for (int id = 0; id < OPTIONS; id++) {
		char name[OPTION_SPELL_MAX], text[OPTION_TEXT_MAX];

		if (option_is_setting(id) && o->set[id])
			printf("%s %s\n", option_spell(id, name),
			       options_print(o, id, text, sizeof(text)));
	}
}

static sigset_t ending(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	return set;
}

static bool is_interrupted(void)
{
	sigset_t pending;

	return !sigpending(&pending) &&
	       (sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM) ||
		sigismember(&pending, SIGHUP));
}

static int apply(struct request *r, const char *iface)
{
	struct journal *j = journal_open(JOURNAL_DIR);
	char why[512];
	int error;

	/* Of a reader that has gone nothing is left half set. */
	signal(SIGPIPE, SIG_IGN);
	if (!j) {
		say_error("no memory left for the settings");
		return EXIT_FAILED;
	}
	error = settings_apply(j, iface, &r->options, why, sizeof(why));
	if (!error && is_interrupted()) {
		snprintf(why, sizeof(why), "interrupted");
		error = -1;
	}
	if (error) {
		/* What could not be put back is said there, and stays noted. */
		if (journal_close(j)) {
			say_error("%s; what was changed until then is not all back: try 'zcprof restore'",
				  why);
			return EXIT_FAILED;
		}
		say_error("%s; nothing is changed", why);
		return EXIT_UNABLE;
	}
	error = journal_keep(j);
	if (error) {
		say_error("cannot note in %s what was set, so it is put back: %s", JOURNAL_DIR,
			  strerror(-error));
		return EXIT_FAILED;
	}
	print(&r->options);
	say_info("it stays so until 'zcprof restore'");
	return EXIT_DONE;
}

/* All of it: a driver may take seconds for each setting, and a kernel that hangs answers nobody. */
#define PATIENCE_MS 300000

/* Its exit code; a signal is told to it, who puts back then what it has set. */
static int attend(pid_t child)
{
	const struct timespec tick = {.tv_nsec = 20000000};
	const uint64_t until_ns = clock_ns() + PATIENCE_MS * 1000000ULL;
	const sigset_t signals = ending();
	int status;

	while (!waitpid(child, &status, WNOHANG)) {
		if (sigtimedwait(&signals, NULL, &tick) > 0)
			kill(child, SIGTERM);
		if (clock_ns() < until_ns)
			continue;
		child_kill(child, NULL);
		say_error("the kernel has not done within %d s what it was asked for; see its log; 'zcprof restore' puts back what it has done, once it answers",
			  PATIENCE_MS / 1000);
		return EXIT_FAILED;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILED;
}

/* In a child, for what asks the kernel may wait for ever. */
static int apply_attended(struct request *r, const char *iface)
{
	const sigset_t signals = ending();
	pid_t child;

	sigprocmask(SIG_BLOCK, &signals, NULL);
	child = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		exit(apply(r, iface));
	}
	if (child < 0) {
		say_error("cannot start what sets it: %s", strerror(errno));
		return EXIT_FAILED;
	}
	return attend(child);
}

#define WORDS_MAX (OPTIONS + 8)

/*
 * The same there: plans are of this machine, so what they say goes as options. What the device and that machine
 * refuse is for the zcprof there to say, which keeps the journal too.
 */
static int setup_there(const struct request *r)
{
	static const char *const way[] = {"--host", "--ssh", "--zcprof"};
	static char texts[OPTIONS][OPTION_SPELL_MAX + OPTION_TEXT_MAX + 4];
	char *words[WORDS_MAX] = {"setup"};
	char *named[3] = {NULL};
	int count = 1, result = EXIT_FAILED;
	bool failed = false;

	for (int i = 0; i < 3; i++) {
		failed = failed ||
			 (r->way[i] && asprintf(&named[i], "%s=%s", way[i], r->way[i]) < 0);
		if (named[i])
			words[count++] = named[i];
	}
	for (int id = 0; id < OPTIONS; id++) {
		char name[OPTION_SPELL_MAX], text[OPTION_TEXT_MAX];

		if (!option_is_setting(id) || !r->options.set[id])
			continue;
		snprintf(texts[id], sizeof(texts[id]), "--%s=%s", option_spell(id, name),
			 options_print(&r->options, id, text, sizeof(text)));
		words[count++] = texts[id];
	}
	if (r->verbose)
		words[count++] = "--verbose";
	if (r->given[0])
		words[count++] = (char *)r->given;
	if (failed)
		say_error("no memory left to ask %s", r->way[0]);
	else
		result = elsewhere("setup", count, words);
	for (int i = 0; i < 3; i++)
		free(named[i]);
	return result;
}

int setup(int argc, char **argv)
{
	static struct request r = {.as = ENDS_BOTH};
	struct request said;
	char iface[IF_NAMESIZE];
	enum settings_asked asked;

	parse_all(&r, argc, argv);
	/* The command line overrides plans, wherever they stand in it. */
	said = r;
	r = (struct request){.as = said.as, .verbose = said.verbose};
	memcpy(r.way, said.way, sizeof(r.way));
	memcpy(r.given, said.given, sizeof(r.given));
	for (unsigned int i = 0; i < said.plan_count; i++)
		take_plan(&r, said.plans[i]);
	for (int id = 0; id < OPTIONS; id++) {
		char text[OPTION_TEXT_MAX], why[160];

		if (said.options.set[id])
			take(&r, id, true, options_print(&said.options, id, text, sizeof(text)),
			     why, sizeof(why));
	}
	asked = settings_asked(&r.options);
	if (asked == SETTINGS_NONE) {
		say_error("nothing to set: give a setting such as --gro off, or a plan with one%s",
			  said.as == ENDS_BOTH
				  ? "; what it says of one end alone takes --as rx or tx"
				  : "");
		return EXIT_USAGE;
	}
	if (asked == SETTINGS_OF_DEVICE && !said.given[0]) {
		say_error("which device is to be set? Give it behind the options, such as eth1");
		return EXIT_USAGE;
	}
	if (r.way[0])
		return setup_there(&r);
	if (r.way[1] || r.way[2]) {
		say_error("--ssh and --zcprof say how a host is reached: give --host too");
		return EXIT_USAGE;
	}
	if (said.given[0] && device_name(said.given, iface)) {
		say_error("there is no device %.40s: 'ip link' lists those that there are",
			  said.given);
		return EXIT_UNABLE;
	}
	return apply_attended(&r, said.given[0] ? iface : NULL);
}
