/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of a page of zcroi report is the same in all of them: the files of web/, as the build made
 * them part of zcroi. Charts and licences are empty where it had no npm to fetch them by.
 */
#ifndef ANALYZE_REPORT_ASSETS_H
#define ANALYZE_REPORT_ASSETS_H

#include <stddef.h>

struct asset {
	const char *bytes;
	size_t size;
};

extern const struct asset asset_page;	/* the document, with {{name}} where something is put in */
extern const struct asset asset_style;	/* CSS */
extern const struct asset asset_script; /* what web/js does with the data */
extern const struct asset asset_charts; /* the libraries that it draws with */
extern const struct asset asset_licences; /* theirs, as text */

#endif
