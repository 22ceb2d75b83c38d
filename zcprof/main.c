// SPDX-License-Identifier: GPL-2.0-or-later
#include <argp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/descriptors.h"
#include "base/say.h"
#include "base/standard.h"
#include "collectors/kit/process.h"
#include "zcprof/agent/agent.h"
#include "zcprof/attach/attach.h"
#include "zcprof/attach/pair.h"
#include "zcprof/doctor/doctor.h"
#include "zcprof/reach/elsewhere.h"
#include "zcprof/run/conduct.h"
#include "zcprof/run/settings.h"
#include "zcprof/setup.h"
#include "zcprof/service/service.h"
#include "nic/journal.h"
#include "built-with/zcprof.h"

const char *argp_program_version = "zcprof " VERSION "\nbuilt with " BUILT_WITH "\nsources:"
#define COLLECTOR(name) " " #name
#include "collectors/list.def"
#undef COLLECTOR
	;

/* What is measured is found by numbers of processes. */
static bool can_see_processes(void)
{
	char why[300];

	if (process_numbers(why, sizeof(why)))
		return true;
	say_error("%s", why);
	return false;
}

static int run(int argc, char **argv)
{
	struct settings settings;
	int result;

	settings_parse(&settings, argc, argv);
	result = can_see_processes() ? experiment_run(&settings) : EXIT_UNABLE;
	settings_free(&settings);
	return result;
}

static int attach_command(int argc, char **argv)
{
	struct attach_settings settings;
	int both = pair(argc, argv);

	if (both >= 0)
		return both;
	attach_settings_parse(&settings, argc, argv);
	if (!can_see_processes())
		return EXIT_UNABLE;
	return attach(&settings);
}

static int watch(int argc, char **argv)
{
	struct service_settings settings;
	int result;

	service_settings_parse(&settings, argc, argv);
	result = can_see_processes() ? service(&settings) : EXIT_UNABLE;
	service_settings_free(&settings);
	return result;
}

static error_t parse_restore(int key, char *text, struct argp_state *state)
{
	(void)text;
	(void)state;
	return key >= KEY_HOST && key <= KEY_HOST_ZCPROF ? 0 : ARGP_ERR_UNKNOWN;
}

static int restore(int argc, char **argv)
{
	static const struct argp_option options[] = {ELSEWHERE_OPTIONS, {0}};
	static const struct argp argp = {
		.options = options,
		.parser = parse_restore,
		.doc = "Put back every setting of this machine that zcprof or zcpath changed and, because it was killed, left; and what 'zcprof setup' set.",
	};
	struct recovery r;
	int there = elsewhere("restore", argc, argv);

	if (there >= 0)
		return there;
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	/* What was said reaches nobody any more, and what is left is put back all the same. */
	signal(SIGPIPE, SIG_IGN);
	r = journal_restore(JOURNAL_DIR);
	if (!r.put_back && !r.failed && !r.waiting)
		say_info("nothing to put back: no process that has ended left a setting changed here, and zcprof setup set none");
	return r.failed || r.waiting ? EXIT_FAILED : EXIT_DONE;
}

static const struct command {
	const char *name;
	const char *title; /* as its --help says it */
	int (*main)(int argc, char **argv);
} commands[] = {
	{"run", "zcprof run", run},
	{"attach", "zcprof attach", attach_command},
	{"watch", "zcprof watch", watch},
	{"doctor", "zcprof doctor", doctor},
	{"setup", "zcprof setup", setup},
	{"restore", "zcprof restore", restore},
	{"agent", "zcprof agent", agent_command},
};

static const char documentation[] =
	"Measure what each way of moving bytes costs, and where the cost goes."
	"\v"
	"Commands:\n"
	"  run       run an experiment: each configuration several times, one file a run\n"
	"  attach    measure processes that are already there, or a command\n"
	"  watch     measure what rules name a few seconds of each minute: a service\n"
	"  doctor    say what this machine can do, what not, and what mends it\n"
	"  setup     set a device and this machine as a plan does, for work by hand\n"
	"  restore   put back what setup set, and what a killed run left\n"
	"\n"
	"Examples:\n"
	"  zcprof run --rx copy,uring --tx copy,send_zc --seconds 10 -o first\n"
	"  zcprof run --help\n"
	"  zcprof attach -o iperf3.csv -- iperf3 -c server\n"
	"  zcroi table first\n";

static error_t parse(int key, char *text, struct argp_state *state)
{
	int *chosen = state->input;

	if (key == ARGP_KEY_NO_ARGS)
		argp_error(state, "expected a command");
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(text, commands[i].name)) {
			*chosen = i;
			/* The rest is the command's own. */
			state->next = state->argc;
			return 0;
		}
	argp_error(state, "%s: there is no such command", text);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.parser = parse,
		.args_doc = "COMMAND [OPTION...]",
		.doc = documentation,
	};
	int chosen = 0;
	int at = 1;

	standard_begin();
	/* A file that may grow no more (RLIMIT_FSIZE) is an error of write(2), and what was set is put back. */
	signal(SIGXFSZ, SIG_IGN);
	descriptors_raise();
	/* Whoever started this may have ignored it, and then nobody's end is told (waitpid(2)). */
	signal(SIGCHLD, SIG_DFL);
	say_program("zcprof");
	argp_err_exit_status = EXIT_USAGE;
	/* Only what stands before the command is parsed here. */
	while (at < argc && argv[at][0] == '-')
		at++;
	argp_parse(&argp, at < argc ? at + 1 : argc, argv, ARGP_IN_ORDER, NULL, &chosen);
	argv[at] = (char *)commands[chosen].title;
	return commands[chosen].main(argc - at, argv + at);
}
