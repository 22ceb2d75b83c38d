// SPDX-License-Identifier: GPL-2.0-or-later
/* A record made of what other tools printed. */
#include "analyze/import/import.h"

#include <argp.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/commands.h"
#include "base/quantity.h"
#include "base/say.h"

#define FILES 64

/* A file, and what was said before it on the command line. */
struct source {
	const char *path;
	const struct import_format *format; /* NULL: by what it holds */
	enum record_end end;
	const char *side;
	cpu_set_t cpus;
};

struct import_options {
	struct source files[FILES];
	size_t count;
	struct source next;
	struct known known;
	const char *output;
};

enum { AS = 0x100, END, SIDE, THROUGHPUT, SECONDS, BUSY, CPUS, NAME, WALL, FROM_ZERO, FORMATS };

static double positive(const char *arg, const char *option, struct argp_state *state)
{
	double value;
	const char *why;

	if (quantity_seconds(arg, &value, &why) || !(value > 0))
		argp_error(state, "%s %s: expected a number above zero", option, arg);
	return value;
}

/* "74.39G" is no whole number, as those of zcprof's options are. */
static double rate(const char *arg, struct argp_state *state)
{
	static const char letters[] = "KMGT";
	size_t len = strlen(arg);
	const char *letter = len > 1 ? strchr(letters, arg[len - 1] & ~0x20) : NULL;
	char number[32];

	snprintf(number, sizeof(number), "%.*s", (int)(letter ? len - 1 : len), arg);
	return positive(number, "--throughput", state) *
	       (letter ? pow(1000, (double)(letter - letters) + 1) : 1);
}

static enum record_end end_named(const char *arg, struct argp_state *state)
{
	for (enum record_end end = 0; end < RECORD_ENDS; end++)
		if (!strcmp(arg, record_end_name[end]))
			return end;
	argp_error(state, "--end %s: expected rx, tx or host", arg);
	return END_HOST;
}

static void list_formats(void)
{
	for (size_t i = 0; import_formats[i]; i++)
		printf("%-14s %s\n", import_formats[i]->name, import_formats[i]->what);
	exit(EXIT_DONE);
}

static void add_file(struct import_options *o, const char *path, struct argp_state *state)
{
	if (o->count == FILES)
		argp_error(state, "more than %d files; a record is of one run", FILES);
	o->next.path = path;
	o->files[o->count++] = o->next;
}

/* A record in the place of what it is made of would be the end of that. */
static bool is_input(const struct import_options *o)
{
	struct stat out, in;

	if (!o->output || stat(o->output, &out) || !S_ISREG(out.st_mode))
		return false;
	for (size_t i = 0; i < o->count; i++)
		if (!stat(o->files[i].path, &in) && in.st_dev == out.st_dev &&
		    in.st_ino == out.st_ino)
			return true;
	return false;
}

static error_t parse_file_option(int key, char *arg, struct argp_state *state)
{
	struct import_options *o = state->input;
	const char *why;

	switch (key) {
	case AS:
		o->next.format = import_named(arg);
		if (!o->next.format)
			argp_error(state, "--as %s: there is no such format; --formats lists them",
				   arg);
		return 0;
	case END:
		o->next.end = end_named(arg, state);
		CPU_ZERO(&o->next.cpus);
		return 0;
	case SIDE:
		if (strcmp(arg, "left") != 0 && strcmp(arg, "right") != 0)
			argp_error(state, "--side %s: expected left or right", arg);
		o->next.side = arg;
		return 0;
	case CPUS:
		if (cpulist_parse(arg, &o->next.cpus, &why))
			argp_error(state, "--cpus %s: %s", arg, why);
		return 0;
	case ARGP_KEY_ARG:
		add_file(o, arg, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool has_an_end(const struct import_options *o)
{
	for (size_t i = 0; i < o->count; i++)
		if (o->files[i].end != END_HOST)
			return true;
	return false;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct import_options *o = state->input;

	switch (key) {
	case 'o':
		o->output = arg;
		return 0;
	case THROUGHPUT:
		o->known.bits_per_s = rate(arg, state);
		return 0;
	case SECONDS:
		o->known.seconds = positive(arg, "--seconds", state);
		return 0;
	case BUSY:
		if (strchr(arg, '%') && !strchr(arg, '%')[1])
			*strchr(arg, '%') = '\0';
		o->known.busy = positive(arg, "--busy", state);
		return 0;
	case NAME:
		o->known.name = arg;
		return 0;
	case WALL:
		o->known.wall = true;
		return 0;
	case FROM_ZERO:
		o->known.from_zero = true;
		return 0;
	case FORMATS:
		list_formats();
		return 0;
	case ARGP_KEY_END:
		if (!o->count)
			argp_error(state,
				   "expected files that other tools printed; --formats lists the kinds");
		if (!isnan(o->known.bits_per_s) && isnan(o->known.seconds))
			argp_error(state, "--throughput needs --seconds: for how long was it so?");
		if (!isnan(o->known.bits_per_s) && !has_an_end(o))
			argp_error(state,
				   "--throughput: of which end? Give --end rx or --end tx before the files");
		if (is_input(o))
			argp_error(state,
				   "--output %s: this is one of the files to be read; name another",
				   o->output);
		return 0;
	default:
		return parse_file_option(key, arg, state);
	}
}

static const struct argp_option options[] = {
	{"output", 'o', "FILE", 0, "the record; default: standard output", 0},
	{"as", AS, "FORMAT", 0, "what the files behind it are; default: what they look like", 0},
	{"end", END, "END", 0, "whose figures the files behind it hold: rx, tx, or host (default)",
	 0},
	{"cpus", CPUS, "LIST", 0, "CPUs of that end; default: all of the machine", 0},
	{"side", SIDE, "SIDE", 0,
	 "left or right, of two tables side by side in the files behind it", 0},
	{"throughput", THROUGHPUT, "RATE", 0, "payload that the ends moved, in bit/s: 74.39G", 0},
	{"seconds", SECONDS, "N", 0, "length of the window that the files are of", 0},
	{"busy", BUSY, "PERCENT", 0, "CPU use of the end, in percent of one CPU", 0},
	{"name", NAME, "TEXT", 0,
	 "the configuration; default: the record's name, or its folder's where it is run-N", 0},
	{"wall-clock", WALL, NULL, 0, "strace -c was run with -w", 0},
	{"from-zero", FROM_ZERO, NULL, 0, "counters began at zero with the run (ethtool -S, ss)", 0},
	{"formats", FORMATS, NULL, 0, "list the formats", 0},
	{0},
};

static const char doc[] =
	"Make a record of what other tools printed. Several files make one record; what they do not hold is "
	"absent in it. --end, --cpus, --as and --side are for the files behind them.\v"
	"Examples:\n"
	"  zcroi import --end rx --throughput 74.39G --busy 100 a.trace -o a/run-1.csv\n"
	"  zcroi import --end tx client.json --end rx perf.folded -o run-1.csv\n"
	"  zcroi diff a/run-1.csv b/run-1.csv";

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "before/run-1.csv" is the first repeat of before, and "before.csv" one of its own. */
static void add_names(struct import *im, const struct import_options *o)
{
	const char *path = o->output ? o->output : o->files[0].path;
	const char *base = base_name(path);
	char name[256], number[16] = "1";
	int len = (int)strcspn(base, ".");
	unsigned int repeat;
	int used = 0;

	snprintf(name, sizeof(name), "%.*s", len ? len : (int)strlen(base), base);
	if (sscanf(name, "run-%9u%n", &repeat, &used) == 1 && used == (int)strlen(name)) {
		snprintf(number, sizeof(number), "%u", repeat);
		if (base > path + 1) {
			const char *folder = base - 2;

			while (folder > path && folder[-1] != '/')
				folder--;
			if (*folder != '.')
				snprintf(name, sizeof(name), "%.*s", (int)(base - 1 - folder),
					 folder);
		}
	}
	import_fact(im, END_HOST, METRIC_fact_record_version, "", "1");
	import_fact(im, END_HOST, METRIC_fact_program, "", "zcroi " VERSION);
	import_fact(im, END_HOST, METRIC_fact_configuration, "",
		    o->known.name ? o->known.name : name);
	import_fact(im, END_HOST, METRIC_fact_repeat, "", number);
}

static int add_known(struct import *im, struct input *in, enum record_end end)
{
	const struct known *k = &im->known;
	double moved = k->bits_per_s / 8 * k->seconds;

	if (!isnan(k->seconds) &&
	    import_set(im, in, end, METRIC_path_window_ns, NULL, k->seconds * 1e9))
		return -1;
	if (!isnan(moved) && import_set(im, in, end, METRIC_path_bytes, NULL, moved))
		return -1;
	return isnan(k->busy) ? 0 : import_set(im, in, end, METRIC_cpu_busy, NULL, k->busy);
}

/* Before all files: what the person says counts, and where a file says it too it is not taken. */
static int add_all_known(struct import *im, const struct import_options *o)
{
	struct input in;
	int result = input_memory(&in, "the command line", "", 0);

	im->file = o->count;
	for (size_t i = 0; i < o->count; i++) {
		const struct source *s = &o->files[i];
		char list[512];

		im->ends[s->end] = true;
		if (s->end != END_HOST && CPU_COUNT(&s->cpus))
			import_fact(im, s->end, METRIC_fact_end_cpus, "",
				    cpulist_print(&s->cpus, list, sizeof(list)));
	}
	for (enum record_end end = END_RX; !result && end <= END_TX; end++)
		if (im->ends[end])
			result = add_known(im, &in, end);
	input_close(&in);
	return result;
}

static int read_file(struct import *im, const struct source *s)
{
	const struct import_format *format = s->format;
	char key[64];
	struct input in;
	const char *head;
	size_t before = im->count;
	int result;

	if (input_open(&in, s->path))
		return -1;
	head = input_head(&in);
	if (!format)
		format = import_told(head);
	while (!format && input_on(&in))
		format = import_told(in.buffer);
	im->end = s->end;
	im->side = s->side;
	im->cpus = s->cpus;
	if (!format) {
		result =
			*head ? input_refuse(&in, in.line,
					     "no tool whose output can be imported prints what this file begins with: 'zcroi import --formats' lists them, and --as says which it is")
			      : input_refuse(&in, in.line, "the file is empty");
	} else {
		snprintf(key, sizeof(key), "%zu %s", im->file + 1, format->name);
		import_fact(im, s->end, METRIC_fact_imported, key, base_name(s->path));
		result = format->read(im, &in);
		if (!result && im->count <= before + 1)
			result = input_refuse(&in, in.line, "no figures of %s are here",
					      format->what);
	}
	input_close(&in);
	return result;
}

static int write_record(struct import *im, const char *path)
{
	struct writer *w =
		path ? writer_create(path) : writer_stream(STDOUT_FILENO, "standard output");

	if (!w)
		return -1;
	import_write(im, w);
	return writer_finish(w);
}

int command_import(int argc, char **argv)
{
	static const struct argp argp = {options, parse, "FILE…", doc, NULL, NULL, NULL};
	struct import_options o = {.known = {NAN, NAN, NAN, NULL, false, false}};
	const char *files[FILES + 1];
	struct import im = {.known = {.name = NULL}};
	int result;

	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &o);
	im.known = o.known;
	im.files = files;
	for (size_t i = 0; i < o.count; i++)
		files[i] = o.files[i].path;
	files[o.count] = "the command line";
	add_names(&im, &o);
	result = add_all_known(&im, &o);
	for (im.file = 0; !result && im.file < o.count; im.file++)
		result = read_file(&im, &o.files[im.file]);
	if (!result)
		result = write_record(&im, o.output);
	import_free(&im);
	return result ? EXIT_FAILED : EXIT_DONE;
}
