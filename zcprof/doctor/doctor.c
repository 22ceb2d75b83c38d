// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/doctor/doctor.h"

#include <argp.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "base/say.h"
#include "base/standard.h"
#include "base/visible.h"
#include "nic/device.h"
#include "page/page.h"
#include "zcprof/reach/elsewhere.h"

enum { COLUMNS = 6 };

/* The area that has no table, but a row for each collector. */
#define COLLECTORS "collector"

static const char *const columns[COLUMNS] = {"area", "check", "state", "found", "why", "mend"};
static const char *const state_names[] = {"ok", "could be better", "missing", "unknown"};

static const struct {
	const char *name;
	const struct doctor_check *checks;
	bool of_device;
} areas[] = {
	{"kernel", doctor_kernel_checks, false},
	{"system", doctor_system_checks, false},
	{"memory", doctor_memory_checks, false},
	{"bpf", doctor_bpf_checks, false},
	{"nic", doctor_nic_checks, true},
	{"nic", doctor_irq_checks, true},
	{"zero copy", doctor_zerocopy_checks, true},
	{"plumbing", doctor_plumbing_checks, false},
	{"plumbing", doctor_ring_checks, true},
};

struct asked {
	struct doctor doctor;
	enum format format;
	const char *area; /* NULL: all */
	bool strict;
};

/* ---- the table ---- */

#define FOUND_COLUMN 47

/* Rows for a person: of what is well no more has to be said. */
static void print_row(const char *const fields[COLUMNS], bool well)
{
	printf("%-9s %-20s %-15s ", fields[0], fields[1], fields[2]);
	page_words(fields[3], FOUND_COLUMN, FOUND_COLUMN);
	if (well)
		return;
	printf("%*swhy: ", FOUND_COLUMN, "");
	page_words(fields[4], FOUND_COLUMN + strlen("why: "), FOUND_COLUMN);
	/* In one line, as long as it is: it is to be copied. */
	if (*fields[5])
		printf("%47smend: %s\n", "", fields[5]);
}

struct sheet {
	const struct asked *asked;
	struct page *page;
	struct table *rows; /* for programs */
	unsigned int missing;
};

static void begin(struct sheet *s)
{
	s->page = page_new();
	s->rows = page_table(s->page, NULL, NULL);
	for (int i = 0; i < COLUMNS; i++)
		table_column(s->rows, columns[i], columns[i], "", COLUMN_TEXT, 0);
	if (s->asked->format == FORMAT_TEXT)
		print_row(columns, true);
}

static void add_row(struct sheet *s, const char *area, const char *check, const char *why,
		    const struct doctor_row *row)
{
	char found[sizeof(row->found) * (VISIBLE_BYTE - 1)];
	char mend[sizeof(row->mend) * (VISIBLE_BYTE - 1)];
	const char *const fields[COLUMNS] = {area,  check, state_names[row->state],
					     found, why,   mend};

	visible_copy(found, sizeof(found), row->found, strlen(row->found));
	visible_copy(mend, sizeof(mend), row->mend, strlen(row->mend));

	s->missing += row->state == DOCTOR_MISSING;
	if (s->asked->format == FORMAT_TEXT)
		print_row(fields, row->state == DOCTOR_OK);
	else
		for (int i = 0; i < COLUMNS; i++)
			cell_text(s->rows, "%s", fields[i]);
}

/* 0, or -1 after saying that it could not be printed. */
static int end(struct sheet *s)
{
	int error = s->asked->format == FORMAT_TEXT ? standard_flush()
						    : page_print(s->page, s->asked->format);

	page_free(s->page);
	return error;
}

static bool is_asked(const struct asked *asked, const char *area)
{
	return !asked->area || !strcmp(asked->area, area);
}

static void examine(struct sheet *s)
{
	const struct doctor *d = &s->asked->doctor;
	bool more = is_asked(s->asked, COLLECTORS);

	for (size_t i = 0; i < sizeof(areas) / sizeof(*areas); i++) {
		if ((areas[i].of_device && !d->iface) || !is_asked(s->asked, areas[i].name))
			continue;
		for (const struct doctor_check *c = areas[i].checks; c->name; c++) {
			struct doctor_row row = {.state = DOCTOR_UNKNOWN};

			c->look(d, &row);
			add_row(s, areas[i].name, c->name, c->why, &row);
		}
	}
	for (size_t n = 0; more; n++) {
		struct doctor_row row = {.state = DOCTOR_UNKNOWN};
		const char *name, *why;

		more = doctor_collector(d, n, &name, &why, &row);
		if (more)
			add_row(s, COLLECTORS, name, why, &row);
	}
}

/* ---- the command line ---- */

/* A device's name may have any character but blanks, '/' and ':'. Of what cannot be shown the shell takes bytes. */
static void quote_word(const char *name, char *word, size_t size)
{
	size_t len = strlen(name);
	bool bytes = !visible(name, len);
	size_t used = bytes ? (size_t)snprintf(word, size, "$'") : 0;

	for (size_t at = 0; at < len && used + VISIBLE_BYTE + 1 < size; at++) {
		bool plain = isalnum((unsigned char)name[at]) || strchr("_.-@", name[at]);

		if (bytes && !plain) {
			visible_byte(name[at], word + used);
			used += VISIBLE_BYTE - 1;
			continue;
		}
		if (!plain)
			word[used++] = '\\';
		word[used++] = name[at];
	}
	if (bytes)
		word[used++] = '\'';
	word[used] = '\0';
}

enum { KEY_FORMAT = 0x100, KEY_AREA, KEY_STRICT, KEY_RATE, KEY_RTT, KEY_ROOT };

static const struct argp_option options[] = {
	{"format", KEY_FORMAT, "FORMAT", 0, "text (default), csv, json or md", 0},
	{"area", KEY_AREA, "AREA", 0,
	 "Only the rows of kernel, system, memory, bpf, nic, 'zero copy', plumbing or collector", 0},
	{"strict", KEY_STRICT, NULL, 0, "Exit with 3 if a row's state is missing", 0},
	{"rate", KEY_RATE, "RATE", 0, "What the path is to carry, as 200G (bit/s)", 0},
	{"bandwidth", KEY_RATE, "RATE", OPTION_ALIAS, NULL, 0},
	{"rtt", KEY_RTT, "TIME", 0, "Its round-trip time, as 100us or 0.0001 (s)", 0},
	ELSEWHERE_OPTIONS,
	{"verbose", 'v', NULL, 0, "Say what was tried", 0},
	{"root", KEY_ROOT, "DIR", OPTION_HIDDEN, NULL, 0}, /* of /proc and /sys: for tests */
	{0},
};

static bool is_area(const char *name)
{
	for (size_t i = 0; i < sizeof(areas) / sizeof(*areas); i++)
		if (!strcmp(name, areas[i].name))
			return true;
	return !strcmp(name, COLLECTORS);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct asked *asked = state->input;
	const char *why;
	uint64_t rate;

	switch (key) {
	case KEY_FORMAT:
		if (format_find(text, &asked->format))
			argp_error(state, "--format %s: expected text, csv, json or md", text);
		return 0;
	case KEY_AREA:
		if (!is_area(text))
			argp_error(state,
				   "--area %s: expected kernel, system, memory, bpf, nic, 'zero copy', plumbing or collector",
				   text);
		asked->area = text;
		return 0;
	case KEY_STRICT:
		asked->strict = true;
		return 0;
	case KEY_RATE:
		if (quantity_rate(text, &rate, &why))
			argp_error(state, "--rate %s: %s", text, why);
		asked->doctor.bits_per_s = (double)rate;
		return 0;
	case KEY_RTT:
		if (quantity_time(text, &asked->doctor.rtt_s, &why))
			argp_error(state, "--rtt %s: %s", text, why);
		return 0;
	case 'v':
		say_verbose(true);
		return 0;
	case KEY_HOST:
	case KEY_HOST_SSH:
	case KEY_HOST_ZCPROF:
		return 0; /* elsewhere() has taken them */
	case KEY_ROOT:
		asked->doctor.root = text;
		return 0;
	case ARGP_KEY_ARG:
		if (asked->doctor.iface)
			argp_error(state, "expected one device, not also %s", text);
		asked->doctor.iface = text;
		return 0;
	case ARGP_KEY_END:
		if (!asked->doctor.bits_per_s != !(asked->doctor.rtt_s > 0))
			argp_error(state,
				   "--rate and --rtt go together: what is in flight is their product");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int doctor(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "[IFACE]",
		.doc = "Say what this machine, and the device IFACE, can do, what not, why that matters, and the command that mends it. Nothing is changed.\v"
		       "Exit status: 0 done, 1 it could not be printed, 2 wrong usage, 3 there is no such device; with --strict also where something is missing.",
	};
	struct asked asked = {.doctor = {.root = ""}};
	struct sheet sheet = {.asked = &asked};
	char device[IF_NAMESIZE];
	char word[(VISIBLE_BYTE - 1) * IF_NAMESIZE + 4];
	int there = elsewhere("doctor", argc, argv);

	if (there >= 0)
		return there;
	argp_parse(&argp, argc, argv, 0, NULL, &asked);
	if (asked.doctor.iface) {
		int error = device_name(asked.doctor.iface, device);

		if (error) {
			say_error("%s: %s; 'ip link' lists the devices of this network namespace",
				  asked.doctor.iface, strerror(-error));
			return EXIT_UNABLE;
		}
		quote_word(device, word, sizeof(word));
		asked.doctor.iface = device;
		asked.doctor.word = word;
	}
	begin(&sheet);
	examine(&sheet);
	if (end(&sheet))
		return EXIT_FAILED;
	return asked.strict && sheet.missing ? EXIT_UNABLE : EXIT_DONE;
}
