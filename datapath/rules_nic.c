// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules of memory that a NIC receives into, or sends from. */
#include <string.h>
#include <unistd.h>

#include "base/say.h"
#include "datapath/dmabuf.h"
#include "datapath/path.h"
#include "datapath/rules.h"

static uint64_t buffer_bytes(const struct options *option)
{
	return option->rx_buf_len ? option->rx_buf_len : (uint64_t)sysconf(_SC_PAGESIZE);
}

static int check_buffers(const struct config *config)
{
	const struct options *option = &config->options;
	uint64_t length = option->rx_buf_len;

	if (length & (length - 1)) {
		say_error("--rx-buf-len %llu: expected a power of two", (unsigned long long)length);
		return -1;
	}
	if (length && option->nodev) {
		say_error("--rx-buf-len is for the buffers of a NIC; leave it out with --nodev");
		return -1;
	}
	if (length <= option->area)
		return 0;
	say_error("--rx-buf-len cannot be more than --area; give a larger --area");
	return -1;
}

/* Fragments that are held are missing to the NIC: at most half of the area. */
static int check_batch(struct config *config)
{
	struct options *option = &config->options;
	uint64_t most = option->area / buffer_bytes(option) / 2;

	if (!most) {
		say_error("--area holds one buffer of --rx-buf-len only, and devmem takes two; give a larger --area");
		return -1;
	}
	if (option->batch <= most)
		return 0;
	if (!config->options.typed[OPTION_batch]) {
		option->batch = most;
		return 0;
	}
	say_error("--batch %llu would hold more than half of --area; give at most %llu, or a larger --area",
		  (unsigned long long)option->batch, (unsigned long long)most);
	return -1;
}

/* What memory in a queue takes of its NIC is set for it (nic/zerocopy.h): a setting cannot say otherwise. */
static int check_nic_settings(const struct config *config)
{
	const struct options *option = &config->options;
	uint64_t buffer = buffer_bytes(option);
	uint64_t sharing = config->path->one_area ? (uint64_t)CPU_COUNT(&option->queues) : 1;

	if (option->set[OPTION_hds_thresh] && option->hds_thresh) {
		say_error("--hds-thresh %llu: --path %s needs every packet's headers split; leave it out, or give 0",
			  (unsigned long long)option->hds_thresh, config->path->name);
		return -1;
	}
	if (!strcmp(option->arfs, "off")) {
		say_error("--arfs off: --path %s steers its flows by rules of the NIC; leave it out",
			  config->path->name);
		return -1;
	}
	if (option->rx_ring * buffer * sharing > option->area) {
		say_error("--rx-ring %llu: --area has too few buffers to fill such rings; give --area %lluK or more, or a shorter ring",
			  (unsigned long long)option->rx_ring,
			  (unsigned long long)(option->rx_ring * buffer * sharing / 1024));
		return -1;
	}
	return 0;
}

int rules_devmem(struct config *config)
{
	struct options *option = &config->options;

	if (!option->set[OPTION_nic] || !option->set[OPTION_queues]) {
		say_error("--path devmem needs --nic IFACE and --queues LIST: the queues that memory is bound to, such as --nic eth0 --queues 8-11");
		return -1;
	}
	if (!option->set[OPTION_control]) {
		option->set[OPTION_control] = true;
		option->control = 40 * (option->read / 1024 + 2);
	}
	return check_buffers(config) || check_nic_settings(config) ? -1 : check_batch(config);
}

/* Where memory for a device comes from; only what is chosen becomes a fact. */
int rules_memory(struct config *config)
{
	struct options *option = &config->options;
	bool zcrx = !strcmp(config->path->name, "zcrx");

	if (!zcrx && strcmp(config->path->name, "devmem"))
		return 0;
	if (!option->set[OPTION_memory]) {
		option->set[OPTION_memory] = true;
		option->memory = zcrx ? MEMORY_pages : MEMORY_udmabuf;
	}
	if (zcrx || option->memory != MEMORY_pages)
		return 0;
	say_error("--memory pages: expected udmabuf, heap or cuda, which a NIC can be bound to");
	return -1;
}

static void as_many_as_buffers(struct config *config, enum option_id id, uint64_t buffers)
{
	uint64_t *value = options_number(&config->options, id);
	uint64_t most = option_info(id)->most;

	if (config->options.set[id])
		return;
	config->options.set[id] = true;
	*value = 1;
	while (*value < buffers && *value < most)
		*value *= 2;
}

/* Each buffer of the area may be on its way back, or wait in a completion. */
static void size_queues(struct config *config)
{
	uint64_t buffers = config->options.area / sysconf(_SC_PAGESIZE);

	as_many_as_buffers(config, OPTION_refill, buffers);
	as_many_as_buffers(config, OPTION_completions, buffers);
}

int rules_zcrx(struct config *config)
{
	const struct options *option = &config->options;
	bool nic = option->set[OPTION_nic];
	bool queues = option->set[OPTION_queues];

	if (option->nodev && (nic || queues)) {
		say_error("--nodev receives without a NIC: leave out --nic and --queues");
		return -1;
	}
	if (!option->nodev && (!nic || !queues)) {
		say_error("--path zcrx needs --nic IFACE and --queues LIST, such as --nic eth0 --queues 8-11; or --nodev, which runs without a NIC and copies");
		return -1;
	}
	if (option->nodev && option->memory != MEMORY_pages) {
		say_error("--nodev copies by the CPU, which needs --memory pages");
		return -1;
	}
	if (check_buffers(config) || (nic && check_nic_settings(config)))
		return -1;
	size_queues(config);
	return 0;
}
