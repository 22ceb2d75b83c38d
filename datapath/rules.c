// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules between options: of all paths, and of traffic. */
#include <string.h>
#include <unistd.h>

#include "base/say.h"
#include "datapath/bundle.h"
#include "datapath/path.h"
#include "datapath/rules.h"
#include "datapath/udp.h"

static int check_path(struct config *config)
{
	const char *name = config->options.path;
	char spelled[OPTION_SPELL_MAX];

	config->path = path_find(name, config->end);
	if (!config->path) {
		say_error("--path %s: 'zcpath %s' has no such path; see 'zcpath paths'", name,
			  record_end_name[config->end]);
		return -1;
	}
	for (int id = 0; id < OPTIONS; id++)
		if (config->options.typed[id] && !option_for(id, name) &&
		    !rules_at_preset(config, id)) {
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
	uint64_t *value = options_number(&config->options, id);
	uint64_t most = *options_number(&config->options, limit);
	char name[OPTION_SPELL_MAX];
	char limit_name[OPTION_SPELL_MAX];
	char text[OPTION_TEXT_MAX];

	if (*value <= most)
		return 0;
	if (!config->options.typed[id]) {
		*value = most;
		return 0;
	}
	options_print(&config->options, limit, text, sizeof(text));
	say_error("--%s cannot be more than --%s, which is %s; give a smaller --%s, or a larger --%s",
		  option_spell(id, name), option_spell(limit, limit_name), text, name, limit_name);
	return -1;
}

static int check_vectors(const struct config *config)
{
	const struct options *option = &config->options;

	if (!option->header)
		return 0;
	if (!option->vectored) {
		say_error("--header is a part of a vector: give --vectored too");
		return -1;
	}
	if (!strcmp(config->path->name, "send_zc") && !option->plain_buffers) {
		say_error("--header lies outside the registered memory, and a vector has to be inside: give --plain-buffers too");
		return -1;
	}
	if (option->set[OPTION_udp] &&
	    (option->header < UDP_LEAST || option->header >= option->udp || option->udp_gso > 1)) {
		say_error("--header of datagrams: expected %d bytes or more, fewer than --udp, and no --udp-gso",
			  UDP_LEAST);
		return -1;
	}
	return 0;
}

/* The sends of a stream. */
static int check_order(const struct config *config)
{
	const struct options *option = &config->options;
	bool one_by_one = option->set[OPTION_udp] || option->set[OPTION_rpc];

	if (option->unlinked && (one_by_one || option->verify || option->send_bundles)) {
		say_error("--unlinked lets sends of a stream overtake each other: leave it out with --verify, --udp, --rpc and --send-bundles");
		return -1;
	}
	if (option->send_bundles && (one_by_one || option->vectored)) {
		say_error("--send-bundles joins sends of a stream: leave it out with --vectored, --udp and --rpc");
		return -1;
	}
	if (option->send_bundles && option->depth > BUNDLE_MOST) {
		say_error("--send-bundles: the kernel takes at most %d buffers at once; give a --depth up to that",
			  BUNDLE_MOST);
		return -1;
	}
	return 0;
}

static int check_mixed(const struct config *config)
{
	const struct options *option = &config->options;

	if (config->end == END_RX)
		return 0;
	if (!option->set[OPTION_rpc] || option->reconnect) {
		say_error("--pattern mixed has long flows beside requests: give --rpc REQUEST:RESPONSE too, without --reconnect");
		return -1;
	}
	if (option->flows > option->long_flows)
		return 0;
	say_error("--pattern mixed has --long-flows (%llu) and others for requests: give more --flows",
		  (unsigned long long)option->long_flows);
	return -1;
}

static int check_rate(const struct config *config)
{
	const struct options *option = &config->options;

	if (strcmp(option->arrivals, "even") && !option->set[OPTION_rate]) {
		say_error("--arrivals says when requests or datagrams are due: give --rate N too");
		return -1;
	}
	if (!option->set[OPTION_rate] || option->set[OPTION_rpc] || option->set[OPTION_udp])
		return 0;
	say_error("--rate is of requests or datagrams: give --rpc REQUEST:RESPONSE or --udp BYTES too");
	return -1;
}

/* A request is the message, and goes out as one. */
static int check_rpc(struct config *config)
{
	static const enum option_id without[] = {OPTION_rpc_depth, OPTION_rpc_timeout,
						 OPTION_reconnect};
	static const enum option_id with[] = {OPTION_msg, OPTION_write, OPTION_bytes};
	struct options *option = &config->options;
	char name[OPTION_SPELL_MAX];

	for (size_t i = 0; !option->set[OPTION_rpc] && i < sizeof(without) / sizeof(*without); i++)
		if (option->typed[without[i]] && !rules_at_preset(config, without[i])) {
			say_error("--%s is for requests: give --rpc REQUEST:RESPONSE too",
				  option_spell(without[i], name));
			return -1;
		}
	if (!option->set[OPTION_rpc])
		return 0;
	if (!option->set[OPTION_udp] && option->typed[OPTION_rpc_timeout] &&
	    !rules_at_preset(config, OPTION_rpc_timeout)) {
		say_error("--rpc-timeout is of requests that may be lost, which those of a stream are not: give --udp BYTES too");
		return -1;
	}
	for (size_t i = 0; i < sizeof(with) / sizeof(*with); i++)
		if (option->typed[with[i]] && !rules_at_preset(config, with[i]) &&
		    /* What a record has of them is the request's size: --against says it again. */
		    *options_number(option, with[i]) != option->rpc.request &&
		    /* Long flows have a message of their own, and --write. */
		    !(with[i] == OPTION_write && config_is_mixed(config))) {
			say_error("--%s has no meaning with --rpc, whose requests have a size of their own and come until the window closes; leave it out",
				  option_spell(with[i], name));
			return -1;
		}
	if (!config->path->rpc) {
		say_error("--path %s sends in one direction only; give another for --rpc, such as copy",
			  config->path->name);
		return -1;
	}
	if (option->reconnect && !config->path->reconnect) {
		say_error("--path %s makes no short flows; give another for --reconnect, such as copy",
			  config->path->name);
		return -1;
	}
	if (option->reconnect && option->cpu.by_queue) {
		say_error("--cpu rxq has no meaning with --reconnect, whose connections are served by whichever queue each meets; give --cpu CPUS");
		return -1;
	}
	if (option->reconnect && option->rpc_depth != 1) {
		say_error("--rpc-depth has no meaning with --reconnect: a flow has one connection at a time; leave one out");
		return -1;
	}
	if (option->set[OPTION_rate] && option->rpc_depth != 1) {
		say_error("--rpc-depth has no meaning with --rate: requests are sent when they are due; leave one out");
		return -1;
	}
	if (!config_is_mixed(config)) {
		option->msg = option->rpc.request;
		option->write = option->rpc.request;
	}
	return 0;
}

static int check_pattern(struct config *config)
{
	static const char *const patterns[] = {"one-to-one", "incast", "outcast", "all-to-all",
					       "mixed"};
	struct options *option = &config->options;
	unsigned int cpus = CPU_COUNT(&option->cpu.cpus);
	size_t i = 0;

	while (i < sizeof(patterns) / sizeof(*patterns) && strcmp(patterns[i], option->pattern))
		i++;
	if (i == sizeof(patterns) / sizeof(*patterns)) {
		say_error("--pattern %s: expected one-to-one, incast, outcast, all-to-all or mixed",
			  option->pattern);
		return -1;
	}
	if (config_is_mixed(config))
		return check_mixed(config);
	if (option->typed[OPTION_long_flows] && !rules_at_preset(config, OPTION_long_flows)) {
		say_error("--long-flows is for long flows beside requests: give --pattern mixed too");
		return -1;
	}
	if (i && !cpus) {
		say_error("--pattern %s says which CPUs flows meet on: give --cpu, such as --cpu 0-3",
			  option->pattern);
		return -1;
	}
	if (config->end == END_RX || strcmp(option->pattern, "all-to-all"))
		return 0;
	if (!option->typed[OPTION_flows])
		option->flows = cpus * cpus;
	if (option->flows % (cpus * cpus) == 0 && option->flows <= option_info(OPTION_flows)->most)
		return 0;
	say_error("--pattern all-to-all has a flow from each CPU to each: --flows has to be a multiple of %u, at most %llu, or left out",
		  cpus * cpus, (unsigned long long)option_info(OPTION_flows)->most);
	return -1;
}

/* Of a connection from its first byte of payload to its last. */
static int check_tls(const struct config *config)
{
	const struct options *option = &config->options;

	if (!option->tls || (!option->set[OPTION_udp] && !option->reconnect))
		return 0;
	say_error("--tls is for the stream of a flow: leave it out with --udp and --reconnect");
	return -1;
}

static int check_tx(struct config *config)
{
	struct options *option = &config->options;

	if (!config->to) {
		say_error("'zcpath tx' needs --to HOST: where 'zcpath rx' listens");
		return -1;
	}
	if (option->bytes && config->options.typed[OPTION_warmup] && option->warmup > 0) {
		say_error("--warmup would move part of --bytes outside the window; leave one out");
		return -1;
	}
	if (rules_udp(config) || rules_away(config) || check_rate(config) || check_rpc(config) ||
	    check_limit(config, OPTION_write, OPTION_msg))
		return -1;
	if (check_vectors(config) || check_order(config) || check_tls(config))
		return -1;
	if (option->flush_every && check_limit(config, OPTION_depth, OPTION_flush_every))
		return -1;
	/* The window holds all of it. */
	if (option->bytes)
		option->warmup = 0;
	if (!option->bytes && option->seconds < 0.01) {
		say_error("--seconds is too short for a window; give 0.01 or more, or --bytes");
		return -1;
	}
	if (option->bytes && option->bytes < option->flows) {
		say_error("--bytes is less than one byte for each of --flows; give more");
		return -1;
	}
	if (config->path->message == MESSAGE_IN_FILE && option->hugepages) {
		say_error("--hugepages has no meaning for --path %s: it sends from the page cache; leave it out",
			  config->path->name);
		return -1;
	}
	return 0;
}

static int check_rx_mmap(const struct config *config)
{
	long page = sysconf(_SC_PAGESIZE);

	if (config->options.read % page == 0)
		return 0;
	say_error("--path mmap maps whole pages: give a --read that is a multiple of %ld bytes",
		  page);
	return -1;
}

static int check_rx(struct config *config)
{
	uint64_t buffers = config->options.buffers;

	/* The ring of provided buffers is indexed by a mask. */
	if (buffers & (buffers - 1)) {
		say_error("--buffers %llu: expected a power of two", (unsigned long long)buffers);
		return -1;
	}
	if (config->options.min_wait && config->options.singleshot) {
		say_error("--min-wait has no meaning with --singleshot, which has one receive at a time; leave one out");
		return -1;
	}
	if (!strcmp(config->path->name, "mmap"))
		return check_rx_mmap(config);
	if (!strcmp(config->path->name, "zcrx"))
		return rules_zcrx(config);
	return strcmp(config->path->name, "devmem") ? 0 : rules_devmem(config);
}

/* Interrupts are suspended for one that polls in their place, and by no other. */
static int check_polling(const struct config *config)
{
	const struct options *option = &config->options;

	if (!option->irq_suspend || option->busy_poll)
		return 0;
	say_error("--irq-suspend %llu: it takes effect where the end polls; give --busy-poll US too",
		  (unsigned long long)option->irq_suspend);
	return -1;
}

int rules_keep(struct config *config)
{
	if (check_polling(config) || check_path(config) || rules_memory(config) ||
	    check_pattern(config) || rules_xsk(config))
		return -1;
	return config->end == END_TX ? check_tx(config) : check_rx(config);
}
