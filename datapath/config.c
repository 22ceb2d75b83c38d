// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/config.h"

#include <argp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/say.h"
#include "datapath/control.h"

/* Options of the table have the keys TABLE_KEY + id; the others follow here. */
enum {
	KEY_TO = 0x100,
	KEY_AWAY,
	KEY_BIND,
	KEY_PORT,
	KEY_INTERVAL,
	KEY_GATE,
	KEY_CHECK,
	KEY_VERBOSE,
	TABLE_KEY = 0x200
};

#define OTHERS 8

static const struct other {
	struct argp_option option;
	enum option_ends ends;
} others[OTHERS] = {
	{{"to", KEY_TO, "HOST", 0, "the host where 'zcpath rx' listens", 1}, ENDS_TX},
	{{"away", KEY_AWAY, "ADDRESS", 0,
	  "--udp: datagrams go to this number, where nobody receives them, as over a dummy device",
	  1},
	 ENDS_TX},
	{{"bind", KEY_BIND, "ADDR", 0,
	  "address to listen on (127.0.0.1; 0.0.0.0 or :: for every one)", 1},
	 ENDS_RX},
	{{"port", KEY_PORT, "N", 0, "control port; the data flows use the one after it (5210)", 1},
	 ENDS_BOTH},
	{{"interval", KEY_INTERVAL, "S", 0, "seconds between the rows of bytes (1)", 1}, ENDS_BOTH},
	{{"gate", KEY_GATE, NULL, 0, "be led by lines on standard input: start, open, close", 1},
	 ENDS_TX},
	{{"check", KEY_CHECK, "FLOWS", OPTION_ARG_OPTIONAL,
	  "only say whether this could run here; rx: from so many flows", 1},
	 ENDS_BOTH},
	{{"verbose", KEY_VERBOSE, NULL, 0, "say more on standard error", 1}, ENDS_BOTH},
};

static void usage(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

static void usage(const char *format, ...)
{
	va_list args;
	char why[512];

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	say_error("%s", why);
	exit(EXIT_USAGE);
}

/* argp wants names with '-', one text per option that says the default too, and room for both. */
struct spelling {
	struct argp_option options[OPTIONS + OTHERS + 2];
	char names[OPTIONS][OPTION_SPELL_MAX];
	char helps[OPTIONS][200];
};

static void spell(struct spelling *s, enum option_ends ends)
{
	unsigned int n = 0;

	for (int id = 0; id < OPTIONS; id++) {
		const struct option_info *info = option_info(id);

		snprintf(s->helps[id], sizeof(s->helps[id]), "%s%s%s%s", info->help,
			 *info->value && *info->preset ? " (" : "",
			 *info->value ? info->preset : "", *info->value && *info->preset ? ")" : "");
		s->options[n++] = (struct argp_option){
			.name = option_spell(id, s->names[id]),
			.key = TABLE_KEY + id,
			.arg = *info->value ? info->value : "yes|no",
			.flags = (*info->value ? 0 : OPTION_ARG_OPTIONAL) |
				 (info->ends & ends ? 0 : OPTION_HIDDEN),
			.doc = s->helps[id],
			.group = option_is_setting(id) ? 3 : 2,
		};
	}
	s->options[n++] = (struct argp_option){
		.doc = "Settings of this end's device and machine, which are put back:",
		.group = 3,
	};
	for (int i = 0; i < OTHERS; i++)
		if (others[i].ends & ends)
			s->options[n++] = others[i].option;
}

static void take_option(struct config *config, enum option_id id, const char *text)
{
	const struct option_info *info = option_info(id);
	char name[OPTION_SPELL_MAX];
	char why[160];

	if (!(info->ends & ENDS_OF(config->end)))
		usage("--%s belongs to 'zcpath %s'; give it there", option_spell(id, name),
		      config->end == END_RX ? "tx" : "rx");
	if (!text)
		text = "yes";
	if (options_take(&config->options, id, text, why, sizeof(why)))
		usage("--%s %s: %s", option_spell(id, name), text, why);
	config->options.typed[id] = text;
}

static error_t parse_key(int key, char *arg, struct argp_state *state)
{
	struct config *config = state->input;
	const char *why;
	uint64_t port;

	if (key >= TABLE_KEY && key < TABLE_KEY + OPTIONS) {
		take_option(config, key - TABLE_KEY, arg);
		return 0;
	}
	switch (key) {
	case KEY_TO:
		config->to = arg;
		return 0;
	case KEY_AWAY:
		config->away = arg;
		return 0;
	case KEY_BIND:
		config->bind = arg;
		return 0;
	case KEY_PORT:
		if (quantity_count(arg, &port, &why) || !port || port > 65534)
			usage("--port %s: expected 1 to 65534", arg);
		config->port = port;
		return 0;
	case KEY_INTERVAL:
		if (quantity_seconds(arg, &config->interval_s, &why))
			usage("--interval %s: %s", arg, why);
		if (config->interval_s < 0.01 || config->interval_s > 3600)
			usage("--interval %s: expected 0.01 to 3600", arg);
		return 0;
	case KEY_GATE:
		config->gate = true;
		return 0;
	case KEY_CHECK:
		config->check = true;
		if (arg && config->end == END_TX)
			usage("--check=%s: of a sender --flows says how many", arg);
		if (arg && (quantity_count(arg, &config->flows, &why) || !config->flows ||
			    config->flows > CONTROL_FLOWS_MAX))
			usage("--check=%s: expected 1 to %u", arg, CONTROL_FLOWS_MAX);
		return 0;
	case KEY_VERBOSE:
		say_verbose(true);
		return 0;
	case ARGP_KEY_ARG:
		usage("'%s' is more than zcpath %s takes; see 'zcpath %s --help'", arg,
		      record_end_name[config->end], record_end_name[config->end]);
	}
	return ARGP_ERR_UNKNOWN;
}

static const char rx_doc[] =
	"Receive what 'zcpath tx' sends, and write the figures of the run to standard output.\v"
	"Examples:\n"
	"  zcpath rx                               loopback, recv(2)\n"
	"  zcpath rx --bind 0.0.0.0 --path uring   from other hosts, io_uring\n"
	"  zcpath rx --cpu 2 --irq-cpu 3 > rx.csv  thread on CPU 2, softirqs on 3\n";
static const char tx_doc[] =
	"Send to 'zcpath rx', and write the figures of the run to standard output.\v"
	"Examples:\n"
	"  zcpath tx --to 127.0.0.1                     ten seconds of send(2)\n"
	"  zcpath tx --to 10.0.0.2 --path send_zc --flows 4 --cpu 0-3 > tx.csv\n"
	"  zcpath tx --to ::1 --bytes 10G --verify      the receiver checks every byte\n";

void config_parse(struct config *config, enum record_end end, int argc, char **argv)
{
	struct spelling *spelling = calloc(1, sizeof(*spelling));
	struct argp argp = {
		.parser = parse_key,
		.doc = end == END_RX ? rx_doc : tx_doc,
	};

	*config = (struct config){
		.end = end, .bind = "127.0.0.1", .port = 5210, .interval_s = 1, .flows = 1};
	if (!spelling)
		usage("no memory left");
	options_preset(&config->options);
	spell(spelling, ENDS_OF(end));
	argp.options = spelling->options;
	argp_err_exit_status = EXIT_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, config))
		exit(EXIT_USAGE);
	free(spelling);
}

void config_facts(const struct config *config, const struct options *effective, struct writer *w)
{
	for (int id = 0; id < OPTIONS; id++) {
		const struct option_info *info = option_info(id);
		char text[OPTION_TEXT_MAX];

		/* A setting that was not asked for is among the facts of the device. */
		if (info->ends & ENDS_OF(config->end) &&
		    (effective->set[id] || !option_is_setting(id)))
			writer_fact(w, config->end, METRIC_fact_option, info->name,
				    options_print(effective, id, text, sizeof(text)));
	}
}
