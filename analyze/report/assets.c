// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/report/assets.h"

/* Each is a text of lines, as string literals. */
#define ASSET(name, array) const struct asset name = {array, sizeof(array) - 1}

static const char page[] =
#include "web/page.html.inc"
	"";
static const char style[] =
#include "web/page.css.inc"
	"";
static const char script[] =
#include "web/page.js.inc"
	"";
static const char charts[] =
#include "web/charts.js.inc"
	"";
static const char licences[] =
#include "web/licences.txt.inc"
	"";

ASSET(asset_page, page);
ASSET(asset_style, style);
ASSET(asset_script, script);
ASSET(asset_charts, charts);
ASSET(asset_licences, licences);
