// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zcprof/reach/host.h"

/* No row of options.def makes more than two words. */
#define WORDS_MAX (2 * OPTIONS + 64)

struct words {
	char **at;
	size_t count;
	bool failed;
};

static void add_word(struct words *words, const char *text)
{
	char *word = strdup(text);

	if (!word || words->count == WORDS_MAX) {
		free(word);
		words->failed = true;
		return;
	}
	words->at[words->count++] = word;
}

static void add_option(struct words *words, enum option_id id, const char *value)
{
	const struct option_info *info = option_info(id);
	char name[48];

	if (!value || !*value || (info->type == TYPE_FLAG && strcmp(value, "yes")))
		return;
	snprintf(name, sizeof(name), "--%s", info->name);
	for (char *c = name; *c; c++)
		*c = *c == '_' ? '-' : *c;
	add_word(words, name);
	if (info->type != TYPE_FLAG)
		add_word(words, value);
}

/* A host's agent has a program of its own, and is told what to do with it. */
static struct words words_begin(const struct experiment *x, enum record_end side, const char *verb)
{
	struct words words = {.at = calloc(WORDS_MAX + 1, sizeof(char *))};

	if (!words.at)
		words.failed = true;
	else
		add_word(&words, x->settings->host[side] ? verb : x->zcpath);
	return words;
}

static char **words_end(struct words *words)
{
	if (!words->failed)
		return words->at;
	words_free(words->at);
	return NULL;
}

char **words_of_tool(const struct experiment *x, enum record_end side, const char *word)
{
	struct words words = words_begin(x, side, "check");

	if (words.at)
		add_word(&words, word);
	return words_end(&words);
}

static struct words words_of(const struct experiment *x, const struct configuration *c,
			     enum record_end side, const char *verb)
{
	struct words words = words_begin(x, side, verb);
	char port[8];

	if (!words.at)
		return words;
	add_word(&words, side == END_RX ? "rx" : "tx");
	add_word(&words, side == END_RX ? "--bind" : "--to");
	add_word(&words, x->address);
	if (side == END_TX && *x->link.away_ipv4) {
		add_word(&words, "--away");
		add_word(&words, x->settings->ipv6 ? x->link.away_ipv6 : x->link.away_ipv4);
	}
	snprintf(port, sizeof(port), "%u", x->settings->port);
	add_word(&words, "--port");
	add_word(&words, port);
	for (int id = 0; id < OPTIONS; id++)
		add_option(&words, id, c->value[side][id]);
	return words;
}

char **words_of_end(const struct experiment *x, const struct configuration *c, enum record_end side)
{
	struct words words = words_of(x, c, side, "start");

	if (words.at && side == END_TX)
		add_word(&words, "--gate");
	return words_end(&words);
}

char **words_of_check(const struct experiment *x, const struct configuration *c,
		      enum record_end side)
{
	struct words words = words_of(x, c, side, "check");
	const char *flows = c->value[END_TX][OPTION_flows];
	bool other = x->host[side] && host_version(x->host[side]);
	char check[40] = "--check";

	/* A receiver hears of its flows from the sender only; one of another version may not know the word. */
	if (side == END_RX && flows && !other)
		snprintf(check, sizeof(check), "--check=%.20s", flows);
	if (words.at)
		add_word(&words, check);
	return words_end(&words);
}

void words_free(char **words)
{
	for (char **w = words; w && *w; w++)
		free(*w);
	free(words);
}
