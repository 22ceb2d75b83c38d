// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules between options, all in one place. */
#include <string.h>
#include <unistd.h>

#include "base/say.h"
#include "datapath/config.h"
#include "datapath/dmabuf.h"
#include "datapath/path.h"

/* An option at its default says nothing, even where it has no meaning. */
static bool at_preset(const struct config *config, enum option_id id)
{
	char text[OPTION_TEXT_MAX];

	return !strcmp(option_print(option_info(id), &config->option[id], text, sizeof(text)),
		       option_info(id)->preset);
}

static int check_path(struct config *config)
{
	const char *name = config->option[OPTION_path].name;
	char spelled[OPTION_SPELL_MAX];

	config->path = path_find(name, config->end);
	if (!config->path) {
		say_error("--path %s: 'zcpath %s' has no such path; see 'zcpath paths'", name,
			  record_end_name[config->end]);
		return -1;
	}
	for (int id = 0; id < OPTIONS; id++)
		if (config->given[id] && !option_for(id, name) && !at_preset(config, id)) {
			say_error("--%s has no meaning for --path %s; leave it out",
				  option_spell(id, spelled), name);
			return -1;
		}
	return 0;
}

/*
 * One send never goes beyond the message's end, and no more are in flight than the next flush waits
 * for. A default gives way, so that the facts say what is really done; what was given does not.
 */
static int check_limit(struct config *config, enum option_id id, enum option_id limit)
{
	struct option_value *value = &config->option[id];
	char name[OPTION_SPELL_MAX];
	char limit_name[OPTION_SPELL_MAX];
	char text[OPTION_TEXT_MAX];

	if (value->number <= config->option[limit].number)
		return 0;
	if (!config->given[id]) {
		value->number = config->option[limit].number;
		return 0;
	}
	option_print(option_info(limit), &config->option[limit], text, sizeof(text));
	say_error("--%s cannot be more than --%s, which is %s", option_spell(id, name),
		  option_spell(limit, limit_name), text);
	return -1;
}

static int check_tx(struct config *config)
{
	struct option_value *option = config->option;

	if (!config->to) {
		say_error("'zcpath tx' needs --to HOST: where 'zcpath rx' listens");
		return -1;
	}
	if (option[OPTION_bytes].number && config->given[OPTION_warmup] &&
	    option[OPTION_warmup].seconds > 0) {
		say_error("--warmup would move part of --bytes outside the window; leave one out");
		return -1;
	}
	if (check_limit(config, OPTION_write, OPTION_msg))
		return -1;
	if (option[OPTION_flush_every].number &&
	    check_limit(config, OPTION_depth, OPTION_flush_every))
		return -1;
	/* The window holds all of it. */
	if (option[OPTION_bytes].number)
		option[OPTION_warmup].seconds = 0;
	if (!option[OPTION_bytes].number && option[OPTION_seconds].seconds < 0.01) {
		say_error("--seconds is too short for a window; give 0.01 or more, or --bytes");
		return -1;
	}
	if (option[OPTION_bytes].number &&
	    option[OPTION_bytes].number < option[OPTION_flows].number) {
		say_error("--bytes is less than one byte for each of --flows; give more");
		return -1;
	}
	if (config->path->message == MESSAGE_IN_FILE && option[OPTION_hugepages].on) {
		say_error("--hugepages has no meaning for --path %s: it sends from the page cache; leave it out",
			  config->path->name);
		return -1;
	}
	return 0;
}

/* Fragments that are held are missing to the NIC: at most half of the area. */
static int check_batch(struct config *config)
{
	struct option_value *option = config->option;
	uint64_t most = option[OPTION_area].number / sysconf(_SC_PAGESIZE) / 2;

	if (option[OPTION_batch].number <= most)
		return 0;
	if (!config->given[OPTION_batch]) {
		option[OPTION_batch].number = most;
		return 0;
	}
	say_error("--batch %llu would hold more than half of --area; give at most %llu, or a larger --area",
		  (unsigned long long)option[OPTION_batch].number, (unsigned long long)most);
	return -1;
}

static int check_rx_devmem(struct config *config)
{
	struct option_value *option = config->option;

	if (!option[OPTION_nic].set || !option[OPTION_queues].set) {
		say_error("--path devmem needs --nic IFACE and --queues LIST: the queues that memory is bound to, such as --nic eth0 --queues 8-11");
		return -1;
	}
	if (!option[OPTION_control].set) {
		option[OPTION_control].set = true;
		option[OPTION_control].number = 40 * (option[OPTION_read].number / 1024 + 2);
	}
	return check_batch(config);
}

/* Where memory for a device comes from; only what is chosen becomes a fact. */
static int check_memory(struct config *config)
{
	struct option_value *memory = &config->option[OPTION_memory];

	bool zcrx = !strcmp(config->path->name, "zcrx");

	if (!zcrx && strcmp(config->path->name, "devmem"))
		return 0;
	if (!memory->set) {
		memory->set = true;
		strcpy(memory->name, zcrx ? "pages" : "udmabuf");
	}
	if (dmabuf_kind(memory->name) || (zcrx && !strcmp(memory->name, "pages")))
		return 0;
	say_error("--memory %s: expected %sudmabuf, heap or cuda", memory->name,
		  zcrx ? "pages, " : "");
	return -1;
}

static void as_many_as_buffers(struct config *config, enum option_id id, uint64_t buffers)
{
	struct option_value *value = &config->option[id];
	uint64_t most = option_info(id)->most;

	if (value->set)
		return;
	value->set = true;
	value->number = 1;
	while (value->number < buffers && value->number < most)
		value->number *= 2;
}

/* Each buffer of the area may be on its way back, or wait in a completion. */
static void size_queues(struct config *config)
{
	uint64_t buffers = config->option[OPTION_area].number / sysconf(_SC_PAGESIZE);

	as_many_as_buffers(config, OPTION_refill, buffers);
	as_many_as_buffers(config, OPTION_completions, buffers);
}

static int check_buffers(const struct config *config)
{
	const struct option_value *option = config->option;
	uint64_t length = option[OPTION_rx_buf_len].number;

	if (length & (length - 1)) {
		say_error("--rx-buf-len %llu: expected a power of two", (unsigned long long)length);
		return -1;
	}
	if (length && option[OPTION_nodev].on) {
		say_error("--rx-buf-len is for the buffers of a NIC; leave it out with --nodev");
		return -1;
	}
	if (length <= option[OPTION_area].number)
		return 0;
	say_error("--rx-buf-len cannot be more than --area; give a larger --area");
	return -1;
}

static int check_rx_zcrx(struct config *config)
{
	const struct option_value *option = config->option;
	bool nic = option[OPTION_nic].set;
	bool queues = option[OPTION_queues].set;

	if (option[OPTION_nodev].on && (nic || queues)) {
		say_error("--nodev receives without a NIC: leave out --nic and --queues");
		return -1;
	}
	if (!option[OPTION_nodev].on && (!nic || !queues)) {
		say_error("--path zcrx needs --nic IFACE and --queues LIST, such as --nic eth0 --queues 8-11; or --nodev, which runs without a NIC and copies");
		return -1;
	}
	if (option[OPTION_nodev].on && strcmp(option[OPTION_memory].name, "pages")) {
		say_error("--nodev copies by the CPU, which needs --memory pages");
		return -1;
	}
	if (check_buffers(config))
		return -1;
	size_queues(config);
	return 0;
}

static int check_rx(struct config *config)
{
	uint64_t buffers = config->option[OPTION_buffers].number;

	/* The ring of provided buffers is indexed by a mask. */
	if (buffers & (buffers - 1)) {
		say_error("--buffers %llu: expected a power of two", (unsigned long long)buffers);
		return -1;
	}
	if (config->option[OPTION_min_wait].number && config->option[OPTION_singleshot].on) {
		say_error("--min-wait has no meaning with --singleshot, which has one receive at a time; leave one out");
		return -1;
	}
	if (!strcmp(config->path->name, "zcrx"))
		return check_rx_zcrx(config);
	return strcmp(config->path->name, "devmem") ? 0 : check_rx_devmem(config);
}

int config_rules(struct config *config)
{
	if (check_path(config) || check_memory(config))
		return -1;
	return config->end == END_TX ? check_tx(config) : check_rx(config);
}
