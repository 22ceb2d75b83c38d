/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first lines of a diff, in words: what is held against what, which setting differs, what came
 * of it, and what moved most.
 */
#ifndef ANALYZE_PAGES_DIFF_WORDS_H
#define ANALYZE_PAGES_DIFF_WORDS_H

#include "analyze/figures/compare.h"
#include "page/page.h"

/* "--read" of an option, "sysctl net.core.rmem_max" of another fact. */
void setting_name(const struct setting *setting, char *text, size_t size);
const char *setting_value(const struct setting *setting, const char *value);

void words_sets(struct page *page, const struct configuration *a, const struct configuration *b);
void words_settings(struct page *page, const struct setting *settings, size_t count);
void words_result(struct page *page, const struct comparing *c, double margin);
void words_seen(struct page *page, const struct comparing *c, size_t n_a, size_t n_b);
void words_cause(struct page *page, const struct comparing *c);
/* How both stood to one another in time, and which runs were set apart. */
void words_layout(struct page *page, const struct comparing *c, size_t setting_count);
/* What difference such runs find, and how many would find the one that was seen. */
void words_found(struct page *page, const struct comparing *c, double margin);
void words_method(struct page *page, const struct comparing *c, size_t n_a, size_t n_b,
		  double margin);

/* One line for a pair of configurations. Returns how far it moved: 0 where nothing is claimed. */
void words_pair_columns(struct table *t);
double words_pair(struct table *t, const struct configuration *a, const struct configuration *b,
		  const struct common *common);

#endif
