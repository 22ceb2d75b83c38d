// SPDX-License-Identifier: GPL-2.0-or-later
/* What every CPU of the machine is set to: its frequency governor, and how deep it may sleep. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "nic/settings/files.h"
#include "nic/settings/setting.h"

#define CPUS "/sys/devices/system/cpu"

struct writing {
	struct journal *journal;
	const char *value;
};

/* ---- the governor ---- */

static int governor_read(struct setting_place *p, enum option_id id, const struct options *want,
			 char *text, size_t size)
{
	int error = files_value(CPUS, "cpu", "cpufreq/scaling_governor", text, size);

	(void)id;
	(void)want;
	if (error == -ENOENT || error == -EOPNOTSUPP)
		snprintf(p->said, sizeof(p->said),
			 "no driver sets frequencies here (cpufreq), as in a virtual machine");
	return error;
}

static int write_governor(void *data, const char *path, unsigned int n)
{
	const struct writing *w = data;

	(void)n;
	return journal_set(w->journal, path, w->value);
}

static int governor_write(struct setting_place *p, enum option_id id, const struct options *want)
{
	struct writing w = {p->journal, want->governor};
	int error = files_each(CPUS, "cpu", "cpufreq/scaling_governor", write_governor, &w);
	char there[128];

	(void)id;
	if (error == -EINVAL &&
	    !file_read(CPUS "/cpu0/cpufreq/scaling_available_governors", there, sizeof(there)))
		snprintf(p->said, sizeof(p->said), "there are %s", there);
	return error;
}

const struct setting setting_governor = {governor_read, governor_write, true};

/* ---- idle states ---- */

/* Of one CPU: they are numbered from the shallowest on. */
struct states {
	const char *deepest; /* that may be entered; "all" */
	struct journal *journal;
	bool passed; /* deepest was seen */
	bool found;
	bool differs; /* some state is not as deepest wants it */
};

static int visit_state(void *data, const char *path, unsigned int n)
{
	struct states *s = data;
	char name_path[544], name[64], disable[16];
	size_t folder = strlen(path) - strlen("disable");
	const char *wanted = s->passed ? "1" : "0";
	int error;

	(void)n;
	snprintf(name_path, sizeof(name_path), "%.*sname", (int)folder, path);
	error = file_read(name_path, name, sizeof(name));
	if (!error)
		error = file_read(path, disable, sizeof(disable));
	if (error)
		return error;
	s->passed = s->passed || !strcmp(name, s->deepest);
	s->found = s->found || s->passed;
	if (!strcmp(disable, wanted))
		return 0;
	s->differs = true;
	return s->journal ? journal_set(s->journal, path, wanted) : 0;
}

static int visit_cpu(void *data, const char *path, unsigned int n)
{
	struct states *s = data;
	int error;

	(void)n;
	s->passed = false;
	error = files_each(path, "state", "disable", visit_state, s);
	/* A CPU that is offline has none. */
	return error == -EOPNOTSUPP ? 0 : error;
}

static int visit_all(struct setting_place *p, struct states *s)
{
	int error = files_each(CPUS, "cpu", "cpuidle", visit_cpu, s);

	s->found = s->found || !strcmp(s->deepest, "all");
	if (!error && !s->found)
		snprintf(p->said, sizeof(p->said),
			 "no CPU has an idle state of that name (%s/cpu0/cpuidle/state*/name)",
			 CPUS);
	return !error && !s->found ? -EOPNOTSUPP : error;
}

static int cstates_read(struct setting_place *p, enum option_id id, const struct options *want,
			char *text, size_t size)
{
	struct states s = {.deepest = want->cstates};
	int error = visit_all(p, &s);

	(void)id;
	if (!error)
		snprintf(text, size, "%s", want->cstates);
	return error ? error : s.differs ? -ENODATA : 0;
}

static int cstates_write(struct setting_place *p, enum option_id id, const struct options *want)
{
	struct states s = {.deepest = want->cstates, .journal = p->journal};

	(void)id;
	return visit_all(p, &s);
}

const struct setting setting_cstates = {cstates_read, cstates_write, true};
