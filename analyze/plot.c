// SPDX-License-Identifier: GPL-2.0-or-later
/* One chart as a picture, by gnuplot. */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyze/commands.h"
#include "analyze/plot/plot.h"
#include "base/child.h"
#include "base/outfile.h"
#include "base/say.h"

struct plot_options {
	struct common common;
	const struct plot *plot;
	const char *out;
	char **paths;
	size_t path_count;
};

/* What a picture's name ends in, and how gnuplot is told. "gp" is the script itself. */
static const struct kind {
	const char *suffix, *terminal;
} kinds[] = {
	{".svg", ""},
	{".png", "set terminal pngcairo noenhanced size 1440,800 fontscale 1.2\nterm_is_set = 1\n"},
	{".pdf", "set terminal pdfcairo noenhanced size 9in,6in\nterm_is_set = 1\n"},
	{".gp", NULL},
};

static const struct kind *kind_of(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		size_t suffix = strlen(kinds[i].suffix);

		if (len > suffix && !strcmp(path + len - suffix, kinds[i].suffix))
			return &kinds[i];
	}
	return NULL;
}

static int write_out(const char *path, const char *bytes, size_t size)
{
	struct outfile_why why;

	if (!outfile_write(path, bytes, size, &why))
		return EXIT_DONE;
	say_error("cannot create %s: %s", path, why.text);
	return EXIT_FAILED;
}

static int write_picture(const char *path, int fd)
{
	struct stat st;
	void *bytes;
	int result;

	if (fstat(fd, &st) || !st.st_size)
		return -1;
	bytes = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return -1;
	result = write_out(path, bytes, st.st_size);
	munmap(bytes, st.st_size);
	return result;
}

/* The script goes in and the picture comes out through files without a name. */
static int draw(const char *path, const struct kind *kind, const char *script, size_t size)
{
	int in = memfd_create("script", MFD_CLOEXEC), out = memfd_create("picture", MFD_CLOEXEC);
	char *argv[] = {"gnuplot", "-d", "-", NULL};
	const struct child gnuplot = {.argv = argv, .fds = {in, out, -1}};
	int result = EXIT_FAILED, error, status = -1;
	pid_t pid;

	if (in < 0 || out < 0 || dprintf(in, "%s", kind->terminal) < 0 ||
	    write(in, script, size) != (ssize_t)size || lseek(in, 0, SEEK_SET)) {
		say_error("cannot hand the chart to gnuplot: %s", strerror(errno));
	} else if ((error = child_start(&gnuplot, &pid))) {
		say_error("cannot run gnuplot, which draws the chart: %s; install gnuplot-nox, or take -o FILE.gp for its script",
			  strerror(-error));
		result = EXIT_UNABLE;
	} else if (child_wait(pid, &status) || status || (result = write_picture(path, out)) < 0) {
		say_error("gnuplot drew nothing: what it said stands above; -o FILE.gp keeps its script");
		result = EXIT_FAILED;
	}
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return result;
}

static int plot(const struct plot_options *o, const struct experiment *e)
{
	const struct kind *kind = kind_of(o->out);
	struct lines lines = lines_of(e, &o->common.exponents, ROI_CPU_TOTAL, false);
	char *script = NULL;
	size_t size = 0;
	struct plotting p = {open_memstream(&script, &size), &lines, &o->common};
	int result = EXIT_FAILED;

	if (!p.out) {
		say_error("cannot make the chart: %s", strerror(errno));
	} else {
		int failed = lines.count ? o->plot->write(&p) : -1;

		fclose(p.out);
		if (!failed)
			result = kind->terminal ? draw(o->out, kind, script, size)
						: write_out(o->out, script, size);
	}
	free(script);
	lines_free(&lines);
	return result;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct plot_options *o = state->input;
	char names[256];

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->common;
		return 0;
	case 'o':
		o->out = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (o->plot)
			return ARGP_ERR_UNKNOWN; /* comes back as ARGP_KEY_ARGS */
		o->plot = plot_find(arg);
		if (!o->plot)
			argp_error(state, "there is no chart '%s'; give %s", arg,
				   plot_names(names, sizeof(names)));
		return 0;
	case ARGP_KEY_ARGS:
		o->paths = state->argv + state->next;
		o->path_count = state->argc - state->next;
		return 0;
	case ARGP_KEY_END:
		if (!o->plot || !o->path_count)
			argp_error(state, "expected a chart, one of %s, and then runs",
				   plot_names(names, sizeof(names)));
		if (!o->out || !kind_of(o->out))
			argp_error(state,
				   "where to? Name a file with -o that ends in .svg, .png, .pdf or .gp");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{"output", 'o', "FILE", 0, "the picture: .svg, .png or .pdf; .gp: gnuplot's script for it",
	 0},
	{0},
};

static const char doc[] = "One chart alone, drawn by gnuplot.\v"
			  "Charts:\n"
			  "  roi         T²/ΣC of each configuration, with intervals and repeats\n"
			  "  power-roi   T²/P, likewise\n"
			  "  throughput, power   likewise\n"
			  "  cpu         CPU time of each end by mode\n"
			  "  components  CPU time per KB of payload by component, at each end\n"
			  "  series      throughput inside the window, a line a run\n"
			  "\n"
			  "Examples:\n"
			  "  zcroi plot roi out -o roi.svg\n"
			  "  zcroi plot components out -o components.png\n"
			  "  zcroi plot cpu out -o cpu.gp      the script, to be changed by hand";

int command_plot(int argc, char **argv)
{
	static const struct argp_child children[] = {{&weights_argp, 0, NULL, 0}, {0}};
	const struct argp argp = {options, parse, "CHART DIR|FILE… -o FILE", doc, children,
				  NULL,	   NULL};
	struct plot_options o = {.common = COMMON_DEFAULTS};
	struct experiment e;
	int result;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (experiment_load(&e, o.paths, o.path_count, o.plot->keep))
		return EXIT_FAILED;
	result = plot(&o, &e);
	experiment_free(&e);
	return result;
}
