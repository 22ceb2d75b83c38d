// SPDX-License-Identifier: GPL-2.0-or-later
/* Throughput inside the window: a line a run, a colour a configuration. */
#include "analyze/plot/plot.h"

static size_t put_run(const struct plotting *p, const struct run *run, size_t number)
{
	double before = 0;
	size_t points = 0;

	fprintf(p->out, "$r%zu << EOD\n", number);
	for (size_t i = 0; i < run->moment_count; i++) {
		const struct moment *m = &run->moments[i];

		if (m->figure.id != METRIC_path_bytes || m->figure.end != END_RX ||
		    !(m->time_s > before))
			continue;
		plot_number(p->out, m->time_s);
		plot_number(p->out, 8e-9 * m->figure.value / (m->time_s - before));
		fputc('\n', p->out);
		before = m->time_s;
		points++;
	}
	fputs("EOD\n", p->out);
	return points;
}

int plot_series(struct plotting *p)
{
	size_t number = 0, points = 0;

	plot_start(p, "Throughput inside the window at the receiver, Gbit/s over seconds", 454);
	for (size_t i = 0; i < p->lines->count; i++)
		for (size_t j = 0; j < p->lines->at[i].configuration->count; j++)
			points += put_run(p, p->lines->at[i].configuration->runs[j], number++);
	if (!points)
		return plot_none(p, "the runs have no figures from inside the window");
	fputs("set grid x y\nset lmargin 8\nset xrange [0:*]\nset yrange [0:*]\nset key on outside right top\nplot ",
	      p->out);
	number = 0;
	for (size_t i = 0; i < p->lines->count; i++) {
		const struct configuration *c = p->lines->at[i].configuration;

		for (size_t j = 0; j < c->count; j++) {
			fprintf(p->out, "%s$r%zu using 1:2 with linespoints pt 7 ps 0.4 lt %zu ",
				number ? ", \\\n     " : "", number, i + 1);
			fputs(j ? "notitle" : "title ", p->out);
			if (!j)
				plot_name(p->out, c->name);
			number++;
		}
	}
	fputc('\n', p->out);
	return 0;
}
