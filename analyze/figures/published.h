/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A figure that somebody else published of such a configuration, as a plan has it, and the same figure of an
 * experiment. It is of other hardware, and no goal; what two configurations have to each other can be compared.
 *
 *   published_line()  "value=packets is=14.5 where=rx=xdp_drop where=udp=18", or a ratio of two configurations:
 *                     "… per=xdp-mode=generic", the other being what where says but for what per says;
 *                     "… over=nic" is what the traffic went over: a NIC, or a link as --link has it, such as dummy
 *   published_here()  the same of an experiment
 *   published_says()  how the two lie to each other, in words
 *   published_elsewhere()  whether it was over another link, so that they are not compared
 */
#ifndef ANALYZE_FIGURES_PUBLISHED_H
#define ANALYZE_FIGURES_PUBLISHED_H

#include "analyze/figures/pivot.h"

struct published {
	struct pivot of;  /* one value, and where */
	struct pivot per; /* where alone; without: the figure itself was published */
	double is;
	char over[16]; /* ""; the line does not say */
};

struct here {
	struct estimate estimate; /* middle NAN: there is none */
	const struct configuration
		*configuration;	   /* that should have had the figure; NULL: there is none */
	const struct run *refused; /* what was not run in its place, or NULL */
	char over[16]; /* as that of the line, of the runs; "": their records do not say */
	size_t count;  /* configurations that are meant; one is right */
};

/* 0, or -1 with why: a part of a sentence that fits behind the line. */
int published_line(struct published *p, const char *line, char *why, size_t why_size);
struct here published_here(const struct published *p, const struct experiment *e,
			   const struct exponents *exponents);
/* "" where that cannot be said. */
const char *published_says(const struct published *p, const struct here *here);
bool published_elsewhere(const struct published *p, const struct here *here);

#endif
