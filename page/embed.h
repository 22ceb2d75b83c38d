/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page, or parts of it, inside an HTML document: for those who read it, and for its scripts.
 *
 *   html_text()     a text as HTML shows it, in an element or in a quoted attribute
 *   html_tables()   the tables of a page
 *   html_verdict()  its sentences and notes, each a paragraph
 *   html_notes()    its notes, as a list
 *   page_notes()    how many of them there are
 *   script_page()   its tables and sentences as compact JSON
 *   script_text()   a text that may be anything, as JSON
 *   script_number() a figure as JSON: an integer where it is one, null for NAN
 *   script_json()   JSON as it may stand inside <script>: nothing in it can end that
 *
 * Of the tables script_page() makes {name, title, columns: [[name, heading, unit, kind, decimals]],
 * rows: [[cell]]}. kind is t, n or i, for text, number and interval; decimals as table_column() takes
 * them, AUTO resolved. A cell is a text, a number, [low, high], or {why: text} where there is no figure.
 */
#ifndef PAGE_EMBED_H
#define PAGE_EMBED_H

#include <jansson.h>
#include <stdio.h>

#include "page/page.h"

void html_text(FILE *out, const char *text);
void html_tables(FILE *out, const struct page *page);
void html_verdict(FILE *out, const struct page *page);
void html_notes(FILE *out, const struct page *page);
size_t page_notes(const struct page *page);

json_t *script_page(const struct page *page);
json_t *script_text(const char *text);
json_t *script_number(double value);
/* Takes the value. 0, or -1 where memory or the file refused it. */
int script_json(FILE *out, json_t *value);

#endif
