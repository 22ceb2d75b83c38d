// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/doctor/doctor.h"

#include <argp.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/quantity.h"
#include "base/say.h"
#include "collectors/kit/sysfs.h"
#include "nic/device.h"

enum format { FORMAT_TEXT, FORMAT_CSV, FORMAT_JSON, FORMAT_MD, FORMAT_COUNT };

enum { COLUMNS = 6 };

/* The area that has no table, but a row for each collector. */
#define COLLECTORS "collector"

static const char *const format_names[] = {"text", "csv", "json", "md"};
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

/* ---- what checks call ---- */

int doctor_text(const struct doctor *d, char *text, size_t size, const char *path)
{
	char whole[512];
	FILE *file;
	int result = -1;

	snprintf(whole, sizeof(whole), "%s%s", d->root, path);
	file = fopen(whole, "re");
	if (!file)
		return -1;
	if (fgets(text, (int)size, file)) {
		text[strcspn(text, "\n")] = '\0';
		result = *text ? 0 : -1;
	}
	fclose(file);
	return result;
}

bool doctor_exists(const struct doctor *d, const char *path)
{
	char whole[512];

	snprintf(whole, sizeof(whole), "%s%s", d->root, path);
	return !access(whole, F_OK);
}

int doctor_device(const struct doctor *d)
{
	char path[512];
	int fd;

	if (!*d->root)
		return device_folder(d->iface);
	snprintf(path, sizeof(path), "%s/sys/class/net/%s", d->root, d->iface);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int doctor_device_text(const struct doctor *d, char *text, size_t size, const char *file)
{
	int folder = doctor_device(d);
	int result = folder < 0 ? -1 : sysfs_text_at(text, size, folder, file);

	if (folder >= 0)
		close(folder);
	return result;
}

void doctor_found(struct doctor_row *row, enum doctor_state state, const char *format, ...)
{
	va_list args;

	row->state = state;
	va_start(args, format);
	vsnprintf(row->found, sizeof(row->found), format, args);
	va_end(args);
}

void doctor_mend(struct doctor_row *row, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(row->mend, sizeof(row->mend), format, args);
	va_end(args);
}

/* A device's name may have any character but blanks, '/' and ':'. */
static void quote_word(const char *name, char *word, size_t size)
{
	size_t used = 0;

	for (; *name && used + 2 < size; name++) {
		if (!isalnum((unsigned char)*name) && !strchr("_.-@", *name))
			word[used++] = '\\';
		word[used++] = *name;
	}
	word[used] = '\0';
}

/* ---- the table ---- */

static void print_quoted(const char *text, char escape)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || (*text == '\\' && escape == '\\'))
			putchar(escape);
		if ((unsigned char)*text < ' ')
			putchar(' ');
		else
			putchar(*text);
	}
	putchar('"');
}

static void print_row(enum format format, const char *const fields[COLUMNS], bool first)
{
	switch (format) {
	case FORMAT_CSV:
		for (int i = 0; i < COLUMNS; i++) {
			if (i)
				putchar(',');
			print_quoted(fields[i], '"');
		}
		putchar('\n');
		return;
	case FORMAT_JSON:
		printf("%s\n  {", first ? "" : ",");
		for (int i = 0; i < COLUMNS; i++) {
			printf("%s\"%s\": ", i ? ", " : "", columns[i]);
			print_quoted(fields[i], '\\');
		}
		putchar('}');
		return;
	case FORMAT_MD:
		for (int i = 0; i < COLUMNS; i++) {
			fputs("| ", stdout);
			for (const char *c = fields[i]; *c; c++)
				printf("%s%c", *c == '|' ? "\\" : "", *c);
			putchar(' ');
		}
		puts("|");
		return;
	default:
		printf("%-9s %-20s %-15s %s\n", fields[0], fields[1], fields[2], fields[3]);
		/* Of what is well no more has to be said. */
		if (!strcmp(fields[2], state_names[DOCTOR_OK]))
			return;
		printf("%47swhy: %s\n", "", fields[4]);
		if (*fields[5])
			printf("%47smend: %s\n", "", fields[5]);
	}
}

static void print_head(enum format format)
{
	if (format == FORMAT_JSON)
		putchar('[');
	else if (format != FORMAT_TEXT)
		print_row(format, columns, true);
	else
		printf("%-9s %-20s %-15s %s\n", columns[0], columns[1], columns[2], columns[3]);
	if (format == FORMAT_MD)
		puts("|---|---|---|---|---|---|");
}

struct table {
	const struct asked *asked;
	size_t rows;
	unsigned int missing;
};

static void add_row(struct table *t, const char *area, const char *check, const char *why,
		    const struct doctor_row *row)
{
	const char *const fields[COLUMNS] = {area,	 check, state_names[row->state],
					     row->found, why,	row->mend};

	print_row(t->asked->format, fields, !t->rows);
	t->rows++;
	t->missing += row->state == DOCTOR_MISSING;
}

static bool is_asked(const struct asked *asked, const char *area)
{
	return !asked->area || !strcmp(asked->area, area);
}

/* Returns how many are missing. */
static unsigned int examine(const struct asked *asked)
{
	struct table t = {.asked = asked};
	bool more = is_asked(asked, COLLECTORS);

	print_head(asked->format);
	for (size_t i = 0; i < sizeof(areas) / sizeof(*areas); i++) {
		if ((areas[i].of_device && !asked->doctor.iface) || !is_asked(asked, areas[i].name))
			continue;
		for (const struct doctor_check *c = areas[i].checks; c->name; c++) {
			struct doctor_row row = {.state = DOCTOR_UNKNOWN};

			c->look(&asked->doctor, &row);
			add_row(&t, areas[i].name, c->name, c->why, &row);
		}
	}
	for (size_t n = 0; more; n++) {
		struct doctor_row row = {.state = DOCTOR_UNKNOWN};
		const char *name, *why;

		more = doctor_collector(&asked->doctor, n, &name, &why, &row);
		if (more)
			add_row(&t, COLLECTORS, name, why, &row);
	}
	if (asked->format == FORMAT_JSON)
		puts("\n]");
	return t.missing;
}

/* ---- the command line ---- */

enum { KEY_FORMAT = 0x100, KEY_AREA, KEY_STRICT, KEY_BANDWIDTH, KEY_RTT, KEY_ROOT };

static const struct argp_option options[] = {
	{"format", KEY_FORMAT, "FORMAT", 0, "text (default), csv, json or md", 0},
	{"area", KEY_AREA, "AREA", 0,
	 "Only the rows of kernel, system, memory, bpf, nic, 'zero copy', plumbing or collector", 0},
	{"strict", KEY_STRICT, NULL, 0, "Exit with 3 if a row's state is missing", 0},
	{"bandwidth", KEY_BANDWIDTH, "RATE", 0, "What the path is to carry, as 200G (bit/s)", 0},
	{"rtt", KEY_RTT, "SECONDS", 0, "Its round-trip time, as 0.0001", 0},
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
		for (int i = 0; i < FORMAT_COUNT; i++)
			if (!strcmp(text, format_names[i])) {
				asked->format = i;
				return 0;
			}
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
	case KEY_BANDWIDTH:
		if (quantity_rate(text, &rate, &why))
			argp_error(state, "--bandwidth %s: %s", text, why);
		asked->doctor.bits_per_s = (double)rate;
		return 0;
	case KEY_RTT:
		if (quantity_seconds(text, &asked->doctor.rtt_s, &why))
			argp_error(state, "--rtt %s: %s", text, why);
		return 0;
	case 'v':
		say_verbose(true);
		return 0;
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
				   "--bandwidth and --rtt go together: what is in flight is their product");
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
	char device[IF_NAMESIZE];
	char word[2 * IF_NAMESIZE];
	unsigned int missing;

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
	missing = examine(&asked);
	if (fflush(stdout) || ferror(stdout)) {
		say_error("the table cannot be written: %s", strerror(errno));
		return EXIT_FAILED;
	}
	return asked.strict && missing ? EXIT_UNABLE : EXIT_DONE;
}
