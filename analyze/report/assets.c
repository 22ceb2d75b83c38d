// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/report/assets.h"

/* An array of none is no C: each ends in a NUL that is not counted. */
#define ASSET(name, array) const struct asset name = {(const char *)(array), sizeof(array) - 1}

static const unsigned char page[] = {
#include "web/page.html.inc"
	0};
static const unsigned char style[] = {
#include "web/page.css.inc"
	0};
static const unsigned char script[] = {
#include "web/page.js.inc"
	0};
static const unsigned char charts[] = {
#include "web/charts.js.inc"
	0};
static const unsigned char licences[] = {
#include "web/licences.txt.inc"
	0};

ASSET(asset_page, page);
ASSET(asset_style, style);
ASSET(asset_script, script);
ASSET(asset_charts, charts);
ASSET(asset_licences, licences);
