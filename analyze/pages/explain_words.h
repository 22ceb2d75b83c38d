/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An explanation in words, and as JSON (docs/explain.md has its schema).
 *
 *   explain_fill()    the words, on a page
 *   explain_page()    printed: 0, or -1 after saying that standard output refused it
 *   explain_json()    likewise
 *   explain_change_concerns()   whether a change of the kernel can be felt on the paths of either set
 *   explain_alike()   that all runs of a configuration are alike, or why that cannot be told
 */
#ifndef ANALYZE_PAGES_EXPLAIN_WORDS_H
#define ANALYZE_PAGES_EXPLAIN_WORDS_H

#include "analyze/causes/causes.h"
#include "analyze/causes/kernels.h"
#include "page/page.h"

void explain_fill(struct page *page, const struct causes *c, const struct configuration *a,
		  const struct configuration *b);
int explain_page(const struct causes *c, const struct configuration *a,
		 const struct configuration *b, enum format format);
int explain_json(const struct causes *c, const struct configuration *a,
		 const struct configuration *b);
bool explain_change_concerns(const struct causes *c, const struct kernel_change *change);
int explain_alike(const struct configuration *c, enum format format);
/* Its JSON: the members of an explanation that have a meaning then. */
int explain_json_alike(const char *sentence);
/* "B is 49 % (36..59) slower because …": without a full stop. */
void explain_sentence(const struct causes *c, char *text, size_t size);
/* "each packet walks more rules of the firewall (rx on_path nft rules: 0 in A, 2000 in B): …" */
void explain_because(const struct causes *c, const struct cause *cause, char *text, size_t size);

#endif
