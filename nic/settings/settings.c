// SPDX-License-Identifier: GPL-2.0-or-later
#include "nic/settings/settings.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"
#include "nic/device.h"
#include "nic/ethtool.h"
#include "nic/settings/setting.h"

static const struct {
	enum option_id id;
	const struct setting *setting;
} all[] = {
#define OPTION(name, type, value, ends, least, most, preset, help) {OPTION_##name, &setting_##name},
#include "record/settings.def"
#undef OPTION
};

#define SETTINGS (sizeof(all) / sizeof(all[0]))

enum settings_asked settings_asked(const struct options *o)
{
	enum settings_asked asked = SETTINGS_NONE;

	for (size_t i = 0; i < SETTINGS; i++)
		if (o->set[all[i].id] && !all[i].setting->of_machine)
			return SETTINGS_OF_DEVICE;
		else if (o->set[all[i].id])
			asked = SETTINGS_OF_MACHINE;
	return asked;
}

/* "eth0, of the driver mlx5_core", or "this machine" */
static const char *place_words(const struct setting_place *p, bool of_machine, char *text,
			       size_t size)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	struct ethtool e;

	if (of_machine)
		return "this machine";
	snprintf(text, size, "%s", p->iface);
	if (!ethtool_open(&e, p->iface) && !ethtool_ask(&e, &info))
		snprintf(text, size, "%s (driver %.31s)", p->iface, info.driver);
	ethtool_close(&e);
	return text;
}

static int refuse(const struct setting_place *p, size_t n, const struct options *o, int error,
		  char *why, size_t why_size)
{
	char name[OPTION_SPELL_MAX], text[OPTION_TEXT_MAX], words[80];
	const char *place = place_words(p, all[n].setting->of_machine, words, sizeof(words));
	const char *reason = strerror(-error);

	if (error == -EOPNOTSUPP || error == -ENOENT)
		reason = "it has no such setting";
	else if (error == -EPERM || error == -EACCES || error == -EROFS)
		reason = "it takes root, and a /sys and /proc that can be written";
	else if (error == -EXDEV)
		reason =
			"/sys shows the devices of another network namespace; take 'ip netns exec', which mounts it anew";
	else if (error == -EBUSY && !*p->said)
		reason =
			"it is busy; there are drivers that take this only while the device is down";
	else if (error == -ETIMEDOUT)
		reason =
			"the kernel has not answered for half a minute or longer; see its log, and 'zcprof restore' once it does";
	else if (error == -JOURNAL_TAKEN)
		reason = "another zcprof or zcpath that runs has set it, and to something else";
	snprintf(why, why_size, "%s refuses --%s %.64s: %s%s%s", place,
		 option_spell(all[n].id, name), options_print(o, all[n].id, text, sizeof(text)),
		 reason, *p->said ? ": " : "", p->said);
	return -1;
}

static bool is_off(const struct options *o, enum option_id id)
{
	char text[OPTION_TEXT_MAX];

	options_print(o, id, text, sizeof(text));
	return !strcmp(text, "off") || (option_info(id)->type == TYPE_COUNT && !strcmp(text, "0"));
}

/*
 * What it is now, in o; what cannot be said in one value is not set there. What a device or a kernel does not have
 * is off: a veth without NAPI has none in threads.
 */
static int look(struct setting_place *p, size_t n, const struct options *want, struct options *now)
{
	char text[OPTION_TEXT_MAX] = "", why[160];
	int error = all[n].setting->read(p, all[n].id, want, text, sizeof(text));

	if ((error == -EOPNOTSUPP || error == -ENOENT) && is_off(want, all[n].id)) {
		options_print(want, all[n].id, text, sizeof(text));
		error = 0;
	}
	/* A value that no option could ask for is none to compare with. */
	if (options_take(now, all[n].id, error ? "" : text, why, sizeof(why)))
		say_detail("%s: %s", option_info(all[n].id)->name, why);
	return error == -ENODATA ? 0 : error;
}

static bool same(const struct options *a, const struct options *b, enum option_id id)
{
	char one[OPTION_TEXT_MAX], other[OPTION_TEXT_MAX];

	return !strcmp(options_print(a, id, one, sizeof(one)),
		       options_print(b, id, other, sizeof(other)));
}

/* Numbers are rounded, by drivers and by the kernel; a word was not obeyed. */
static bool is_rounded(const struct options *asked, const struct options *now, enum option_id id)
{
	switch (option_info(id)->type) {
	case TYPE_COUNT:
	case TYPE_SIZE:
		return true;
	case TYPE_AMOUNT: {
		struct options a = *asked, b = *now;

		return *options_number(&a, id) && *options_number(&b, id);
	}
	default:
		return false;
	}
}

static int verify(struct setting_place *p, size_t n, struct options *o, char *why, size_t why_size)
{
	enum option_id id = all[n].id;
	char name[OPTION_SPELL_MAX], asked[OPTION_TEXT_MAX], is[OPTION_TEXT_MAX], words[80];
	struct options now = {0};
	int error = look(p, n, o, &now);

	if (error)
		return refuse(p, n, o, error, why, why_size);
	if (same(&now, o, id) || (!now.set[id] && option_info(id)->type != TYPE_CHOICE))
		return 0;
	options_print(o, id, asked, sizeof(asked));
	options_print(&now, id, is, sizeof(is));
	if (!is_rounded(o, &now, id)) {
		snprintf(why, why_size, "%s refuses --%s %.64s: it stays at %.64s",
			 place_words(p, all[n].setting->of_machine, words, sizeof(words)),
			 option_spell(id, name), asked, now.set[id] ? is : "something of both");
		return -1;
	}
	say_warning("--%s %s: %s is set to %s, as near as it can", option_spell(id, name), asked,
		    p->iface, is);
	*options_number(o, id) = *options_number(&now, id);
	return 0;
}

static int apply_one(struct setting_place *p, size_t n, struct options *o, char *why,
		     size_t why_size)
{
	struct options now = {0};
	int error;

	p->said[0] = '\0';
	error = look(p, n, o, &now);
	if (!error && now.set[all[n].id] && same(&now, o, all[n].id))
		return 0;
	if (!error)
		error = all[n].setting->write(p, all[n].id, o);
	return error ? refuse(p, n, o, error, why, why_size) : verify(p, n, o, why, why_size);
}

/* Rings, queues and others take a real link down for a moment, and what is sent then is lost. */
#define LINK_PATIENCE_MS 10000

static bool has_carrier(const char *iface)
{
	struct ethtool_value link = {.cmd = ETHTOOL_GLINK};
	struct ethtool e;
	bool known = !ethtool_open(&e, iface) && !ethtool_ask(&e, &link);

	ethtool_close(&e);
	return !known || link.data;
}

static void await_carrier(const char *iface)
{
	for (int ms = 0; ms < LINK_PATIENCE_MS && !has_carrier(iface); ms += 20)
		poll(NULL, 0, 20);
}

int settings_apply(struct journal *j, const char *iface, struct options *o, char *why,
		   size_t why_size)
{
	struct setting_place p = {.journal = j};
	bool carrier;

	if (iface)
		snprintf(p.iface, sizeof(p.iface), "%s", iface);
	carrier = iface && has_carrier(iface);
	for (size_t n = 0; n < SETTINGS; n++)
		if (o->set[all[n].id] && apply_one(&p, n, o, why, why_size))
			return -1;
	if (carrier)
		await_carrier(iface);
	return 0;
}
