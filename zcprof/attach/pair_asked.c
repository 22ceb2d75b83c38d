// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/attach/pair_asked.h"

#include <string.h>

#include "base/say.h"
#include "zcprof/reach/elsewhere.h"
#include "zcprof/reach/reach.h"

bool pair_is_asked(int argc, char **argv)
{
	bool asked = false;

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		/* What two machines have twice is then of no interest. */
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-?")) {
			argv[1] = argv[i];
			return false;
		}
		if (!strncmp(argv[i], "--host", 6) || !strncmp(argv[i], "--peer-host", 11))
			asked = true;
	}
	return asked;
}

/* A word that is for the zcprof there, or both of them. False: there are too many. */
static bool take_word(struct pair_asked *a, struct pair_one *one, char *word)
{
	size_t *count = one ? &one->count : &a->commons;

	/* For both, and for whoever writes the record. */
	a->said.unnamed = a->said.unnamed || !strcmp(word, "--no-host-name");
	if (*count == PAIR_WORDS_MAX) {
		say_error("more than %d words of options are too many", PAIR_WORDS_MAX);
		return false;
	}
	(one ? one->words : a->common)[(*count)++] = word;
	return true;
}

bool pair_take(struct pair_asked *a, int argc, char **argv)
{
	struct pair_one *one = NULL;
	const char *value;

	*a = (struct pair_asked){.ssh = "ssh", .zcprof = "zcprof"};
	for (int i = 1; i < argc; i++) {
		if ((value = elsewhere_value("--host", argc, argv, &i))) {
			one = &a->of[0];
			one->host = value;
		} else if ((value = elsewhere_value("--peer-host", argc, argv, &i))) {
			one = &a->of[1];
			one->host = value;
		} else if ((value = elsewhere_value("--ssh", argc, argv, &i))) {
			a->ssh = value;
		} else if ((value = elsewhere_value("--zcprof", argc, argv, &i))) {
			a->zcprof = value;
		} else if ((value = elsewhere_value("--output", argc, argv, &i)) ||
			   (value = elsewhere_value("-o", argc, argv, &i))) {
			a->output = value;
		} else if ((value = elsewhere_value("--name", argc, argv, &i))) {
			a->said.name = value;
		} else if (argv[i] && !strcmp(argv[i], "--")) {
			say_error("on two machines only what runs already can be attached to: start the command there, and give --pid");
			return false;
		} else if (argv[i] && !take_word(a, one, argv[i])) {
			return false;
		}
	}
	if (a->said.name && !*a->said.name) {
		say_error("--name: expected a name");
		return false;
	}
	for (int i = 0; i < 2; i++)
		if (a->of[i].host && reach_refuse_host(a->of[i].host)) {
			say_error("--%shost %s: %s", i ? "peer-" : "", a->of[i].host,
				  reach_refuse_host(a->of[i].host));
			return false;
		}
	if (reach_refuse(a->ssh)) {
		say_error("--ssh %s: %s", a->ssh, reach_refuse(a->ssh));
		return false;
	}
	if (!a->of[0].host || !a->of[1].host || !a->output) {
		say_error("expected --host A with the options of one end, then --peer-host B with those of the other, and -o FILE; of this machine the name is \"%s\"",
			  PAIR_HERE);
		return false;
	}
	return true;
}
