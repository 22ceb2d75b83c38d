// SPDX-License-Identifier: GPL-2.0-or-later
/* All of an experiment in one file that can be sent on. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/commands.h"
#include "analyze/report/assets.h"
#include "analyze/report/overview.h"
#include "base/outfile.h"
#include "base/say.h"
#include "record/reader.h"

struct report_options {
	struct common common;
	const char *out, *title;
	bool markdown, still;
	char **paths;
	size_t path_count;
};

/* 0, or -1 after saying why not. */
static int write_page(const struct overview *r, const char *path)
{
	struct outfile_why why;
	char *bytes = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&bytes, &size);
	int result = out ? overview_html(r, out) : -1;

	if (out && fclose(out))
		result = -1;
	if (result)
		say_error("cannot make %s: there is no memory left for it", path);
	else if ((result = outfile_write(path, bytes, size, &why)))
		say_error("cannot create %s: %s", path, why.text);
	free(bytes);
	return result;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct report_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->common;
		return 0;
	case 'o':
		o->out = arg;
		return 0;
	case 'f':
		if (strcmp(arg, "html") && strcmp(arg, "md"))
			argp_error(state, "--format %s: expected html or md", arg);
		o->markdown = !strcmp(arg, "md");
		return 0;
	case 's':
		o->still = true;
		return 0;
	case 't':
		o->title = arg;
		return 0;
	case ARGP_KEY_ARGS:
		o->paths = state->argv + state->next;
		o->path_count = state->argc - state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no runs given: name a directory of zcprof run, or files");
		return 0;
	case ARGP_KEY_END:
		if (!o->out && !o->markdown)
			argp_error(state, "where to? Name a file with -o, such as -o report.html");
		if (o->out && o->markdown)
			argp_error(state, "--format md goes to standard output; leave out -o");
		if (o->out && reader_is_record(o->out))
			argp_error(state,
				   "--output %s: there is a record, which the page would replace; name another file",
				   o->out);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{"output", 'o', "FILE", 0, "the page", 0},
	{"format", 'f', "FORMAT", 0,
	 "html (default), or md: what of it belongs into a merge request", 0},
	{"still", 's', NULL, 0,
	 "charts as pictures, drawn by gnuplot, which it needs: for readers whose programs run no scripts",
	 0},
	{"title", 't', "TEXT", 0, "what stands above it (the first directory's name)", 0},
	{0},
};

static const char doc[] =
	"All of an experiment in one page that any browser opens, and that can be sent on: it needs no "
	"network and no other file.\v"
	"Examples:\n"
	"  zcroi report out -o report.html\n"
	"  zcroi report --title 'zcrx before and after' before after -o report.html\n"
	"  zcroi report --format md out >>merge-request.md";

static const char *title_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static void say_what_lacks(const struct overview *r)
{
	if (!asset_charts.size)
		say_info("this zcroi was built without the libraries that draw charts, because npm was missing or could not fetch them: the page holds %s",
			 pictures_why(r->pictures) ? "tables" : "pictures by gnuplot, and tables");
	if (pictures_why(r->pictures))
		say_info("the page holds no charts: %s", pictures_why(r->pictures));
}

int command_report(int argc, char **argv)
{
	static const struct argp_child children[] = {{&weights_argp, 0, NULL, 0}, {0}};
	const struct argp argp = {options, parse, "DIR|FILE…", doc, children, NULL, NULL};
	struct report_options o = {.common = COMMON_DEFAULTS};
	struct experiment e;
	struct overview r;
	char why[600];
	int result;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (experiment_load(&e, o.paths, o.path_count, KEEP_MOMENTS))
		return EXIT_FAILED;
	if (overview_open(&r, &e, &o.common, o.title ? o.title : title_of(o.paths[0]), o.paths[0],
			  why, sizeof(why)))
		say_warning("%s/plan: %s; the page is without the plan's tables from there on",
			    o.paths[0], why);
	if (!o.markdown && (o.still || !asset_charts.size))
		overview_still(&r);
	result = o.markdown ? overview_text(&r) : write_page(&r, o.out);
	if (!result && !o.markdown)
		say_what_lacks(&r);
	overview_free(&r);
	experiment_free(&e);
	return result ? EXIT_FAILED : EXIT_DONE;
}
