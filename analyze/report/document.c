// SPDX-License-Identifier: GPL-2.0-or-later
/* web/page.html with what belongs where it says {{name}}. */
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#include "analyze/pages/explain_words.h"
#include "analyze/report/assets.h"
#include "analyze/report/data.h"
#include "analyze/report/overview.h"
#include "page/embed.h"

/* Scripts without it are not run, whatever a text of others might smuggle in. */
struct nonce {
	char text[33];
};

static struct nonce new_nonce(void)
{
	struct nonce nonce = {""};
	uint8_t bytes[16] = {0};

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		memset(bytes, 0, sizeof(bytes)); /* every text is escaped all the same */
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(nonce.text + 2 * i, 3, "%02x", bytes[i]);
	return nonce;
}

static void put_asset(FILE *out, const struct asset *asset)
{
	fwrite(asset->bytes, 1, asset->size, out);
}

static void put_title(FILE *out, const struct overview *r)
{
	html_text(out, r->title);
}

static void put_program(FILE *out, const struct overview *r)
{
	(void)r;
	html_text(out, "zcroi " VERSION);
}

/* Where and when, of the first run: what differs between runs is said below. */
static void put_about(FILE *out, const struct overview *r)
{
	static const struct {
		enum metric_id id;
		const char *before;
	} facts[] = {{METRIC_fact_started, ""},
		     {METRIC_fact_cpu_model, " · "},
		     {METRIC_fact_kernel, " · Linux "},
		     {METRIC_fact_link, " · over "}};
	const struct run *run = r->lines.count ? r->lines.at[0].configuration->runs[0] : NULL;
	size_t runs = 0;

	for (size_t i = 0; i < r->lines.count; i++)
		runs += r->lines.at[i].configuration->count;
	fprintf(out, "%zu configuration%s, %zu run%s", r->lines.count,
		r->lines.count == 1 ? "" : "s", runs, runs == 1 ? "" : "s");
	for (size_t i = 0; run && i < sizeof(facts) / sizeof(*facts); i++) {
		const char *value = run_fact(run, facts[i].id, END_HOST, NULL);

		if (!value)
			continue;
		fputs(*facts[i].before ? facts[i].before : " · ", out);
		html_text(out, value);
	}
}

static void put_css(FILE *out, const struct overview *r)
{
	(void)r;
	put_asset(out, &asset_style);
}

/* A figure of the configuration that pays best. */
static void put_tile(FILE *out, const struct overview *r, enum quantity q)
{
	const struct quantity_info *info = quantity_info(q);
	const struct line *best = &r->lines.at[0];
	char heading[64], text[32];

	if (isnan(best->middle[q]))
		return;
	quantity_heading(q, &r->common.exponents, heading, sizeof(heading));
	fputs("<div><dt>", out);
	html_text(out, info->words);
	if (strncmp(heading, "zc ", 3) != 0) {
		fputs(", ", out);
		html_text(out, heading);
	}
	fprintf(out, "</dt><dd>%s", figure_words(best->middle[q], text, sizeof(text)));
	fprintf(out, "<span class=\"unit\"> %s</span>", info->unit);
	if (!isnan(best->interval[q].low)) {
		fprintf(out, "<small>95 %%: %s",
			figure_words(best->interval[q].low, text, sizeof(text)));
		fprintf(out, "..%s</small>",
			figure_words(best->interval[q].high, text, sizeof(text)));
	}
	fputs("</dd></div>\n", out);
}

static void put_folded(FILE *out, const char *id, const char *what, const struct page *page)
{
	size_t count = page_notes(page);

	if (!count)
		return;
	fprintf(out, "<details id=\"%s\"%s><summary>%s (%zu)</summary>\n", id,
		count <= 5 ? " open" : "", what, count);
	html_notes(out, page);
	fputs("</details>\n", out);
}

/* Why the first is before the next, in one sentence of explain. */
static void put_why(FILE *out, const struct overview *r)
{
	struct causes causes;
	char text[2048];

	if (r->lines.count < 2)
		return;
	causes_of(&causes, r->lines.at[0].configuration, r->lines.at[1].configuration, &r->common,
		  NULL);
	explain_sentence(&causes, text, sizeof(text));
	fputs("<p>Held against the next (A ", out);
	html_text(out, r->lines.at[0].configuration->name);
	fputs(", B ", out);
	html_text(out, r->lines.at[1].configuration->name);
	fputs("): ", out);
	html_text(out, text);
	fputs(". <a href=\"#why\">Any two</a>.</p>\n", out);
	causes_free(&causes);
}

static void put_conclusion(FILE *out, const struct overview *r)
{
	static const enum quantity shown[] = {ROI_CPU_TOTAL, THROUGHPUT,  CPU_TOTAL,
					      POWER_TOTAL,   ZEROCOPY_RX, ZEROCOPY_TX};

	fputs("<div class=\"verdict\">\n", out);
	html_verdict(out, r->conclusion);
	fputs("</div>\n<dl class=\"tiles\">\n", out);
	if (r->by == ROI_CPU_RX || r->by == ROI_CPU_TX)
		put_tile(out, r, r->by);
	for (size_t i = 0; r->lines.count && i < sizeof(shown) / sizeof(*shown); i++)
		put_tile(out, r, shown[i]);
	fputs("</dl>\n", out);
	put_why(out, r);
	put_folded(out, "absent", "What was not measured, and why", r->absent);
	put_folded(out, "remarks", "What else has to be known of these runs", r->remarks);
}

static void put_arranged(FILE *out, const struct overview *r)
{
	html_tables(out, r->arranged);
	put_folded(out, "arranged", "What the cells of these tables mean", r->arranged);
}

static void put_ways(FILE *out, const struct overview *r)
{
	html_tables(out, r->ways);
}

static void put_charts(FILE *out, const struct overview *r)
{
	if (!r->pictures)
		return;
	fputs(asset_charts.size
		      ? "Its charts were asked to be pictures"
		      : "That zcroi was built where npm could not fetch the libraries that draw charts, so its charts are pictures",
	      out);
	if (pictures_why(r->pictures)) {
		fputs(", but there are none: ", out);
		html_text(out, pictures_why(r->pictures));
	} else if (pictures_left_out(r->pictures)) {
		fprintf(out,
			", and of its configurations the last %zu are too many to stand in them",
			pictures_left_out(r->pictures));
	}
	fputs(". Each figure stands in a table.", out);
}

static void put_roi_pictures(FILE *out, const struct overview *r)
{
	pictures_html(out, r->pictures, "roi");
	pictures_html(out, r->pictures, "power-roi");
}

static void put_resources_pictures(FILE *out, const struct overview *r)
{
	pictures_html(out, r->pictures, "throughput");
	pictures_html(out, r->pictures, "cpu");
	pictures_html(out, r->pictures, "power");
}

static void put_components_pictures(FILE *out, const struct overview *r)
{
	pictures_html(out, r->pictures, "components");
}

static void put_series_pictures(FILE *out, const struct overview *r)
{
	pictures_html(out, r->pictures, "series");
}

static void put_licences(FILE *out, const struct overview *r)
{
	char *text = r->pictures ? NULL : strndup(asset_licences.bytes, asset_licences.size);

	if (!text)
		return;
	for (char *line = text, *end; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		html_text(out, line);
		fputc('\n', out);
	}
	free(text);
}

static void put_libraries(FILE *out, const struct overview *r)
{
	if (!r->pictures)
		put_asset(out, &asset_charts);
}

static void put_script(FILE *out, const struct overview *r)
{
	(void)r;
	put_asset(out, &asset_script);
}

static void put_block(FILE *out, const char *name, size_t number, json_t *value)
{
	fprintf(out, "<script type=\"application/json\" id=\"%s%zu\">", name, number);
	script_json(out, value);
	fputs("</script>\n", out);
}

/* A block for each configuration: a script parses what it is asked for, and no more. */
static void put_data(FILE *out, const struct overview *r)
{
	fputs("<script type=\"application/json\" id=\"data\">", out);
	script_json(out, data_overview(r));
	fputs("</script>\n", out);
	for (size_t i = 0; i < r->lines.count; i++) {
		put_block(out, "details-", i, data_details(r->lines.at[i].configuration));
		put_block(out, "rows-", i, data_rows(r->lines.at[i].configuration));
	}
}

static const struct {
	const char *name;
	void (*put)(FILE *out, const struct overview *r);
} fillings[] = {
	{"title", put_title},
	{"program", put_program},
	{"about", put_about},
	{"css", put_css},
	{"conclusion", put_conclusion},
	{"arranged", put_arranged},
	{"ways", put_ways},
	{"charts", put_charts},
	{"roi-pictures", put_roi_pictures},
	{"resources-pictures", put_resources_pictures},
	{"components-pictures", put_components_pictures},
	{"series-pictures", put_series_pictures},
	{"licences", put_licences},
	{"libraries", put_libraries},
	{"script", put_script},
	{"data", put_data},
};

static void fill(FILE *out, const struct overview *r, const char *name, size_t len,
		 const struct nonce *nonce)
{
	if (len == strlen("nonce") && !memcmp(name, "nonce", len))
		fputs(nonce->text, out);
	for (size_t i = 0; i < sizeof(fillings) / sizeof(*fillings); i++)
		if (strlen(fillings[i].name) == len && !memcmp(name, fillings[i].name, len))
			fillings[i].put(out, r);
}

int overview_html(const struct overview *r, FILE *out)
{
	const struct nonce nonce = new_nonce();
	const char *at = asset_page.bytes;

	for (const char *open; (open = strstr(at, "{{")); at = strstr(open, "}}") + 2) {
		fwrite(at, 1, open - at, out);
		fill(out, r, open + 2, strstr(open, "}}") - open - 2, &nonce);
	}
	fputs(at, out);
	return ferror(out) ? -1 : 0;
}
