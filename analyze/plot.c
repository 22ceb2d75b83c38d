// SPDX-License-Identifier: GPL-2.0-or-later
/* One chart as a picture, by gnuplot. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/commands.h"
#include "analyze/plot/picture.h"
#include "analyze/plot/plot.h"
#include "base/outfile.h"
#include "base/say.h"
#include "record/reader.h"

struct plot_options {
	struct common common;
	const struct plot *plot;
	const char *out;
	char **paths;
	size_t path_count;
};

/* What a picture's name ends in. */
static const struct kind {
	const char *suffix;
	enum picture_format format;
} kinds[] = {
	{".svg", PICTURE_SVG},
	{".png", PICTURE_PNG},
	{".pdf", PICTURE_PDF},
	{".gp", PICTURE_SCRIPT},
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

static int plot(const struct plot_options *o, const struct experiment *e)
{
	struct lines lines = lines_of(e, &o->common.exponents, ROI_CPU_TOTAL, false);
	struct plotting p = {.lines = &lines, .common = &o->common};
	struct picture picture;
	struct outfile_why why;
	int result = picture_of(&picture, o->plot, &p, kind_of(o->out)->format);

	if (result == EXIT_UNABLE) {
		say_error("%s, or take -o FILE.gp for its script", picture.why);
	} else if (result) {
		say_error("%s", picture.why);
	} else if (outfile_write(o->out, picture.bytes, picture.size, &why)) {
		say_error("cannot create %s: %s", o->out, why.text);
		result = EXIT_FAILED;
	}
	picture_free(&picture);
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
		if (reader_is_record(o->out))
			argp_error(state,
				   "--output %s: there is a record, which the picture would replace; name another file",
				   o->out);
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
