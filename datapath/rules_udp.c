// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules of datagrams, and of the paths that take them from a device and not from a socket. */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/say.h"
#include "datapath/path.h"
#include "datapath/rules.h"
#include "datapath/stamps.h"
#include "datapath/udp.h"

bool rules_at_preset(const struct config *config, enum option_id id)
{
	char text[OPTION_TEXT_MAX];

	return !strcmp(options_print(&config->options, id, text, sizeof(text)),
		       option_info(id)->preset);
}

/* Those that can, as a list: "copy, uring". */
static void list_able(char *text, size_t size)
{
	size_t used = 0;

	for (int i = 0; paths[i]; i++)
		if (paths[i]->end == END_TX && paths[i]->udp_rpc && used < size)
			used += snprintf(text + used, size - used, "%s%s", used ? ", " : "",
					 paths[i]->name);
}

/* A request is one datagram, and so is its answer. */
static int check_udp_rpc(const struct config *config)
{
	const struct options *option = &config->options;
	char able[100];

	if (!config->path->udp_rpc) {
		list_able(able, sizeof(able));
		say_error("--path %s sends no requests in datagrams; give another for --rpc with --udp: %s",
			  config->path->name, able);
	} else if (option->rpc.request < UDP_LEAST || option->rpc.response < UDP_LEAST) {
		say_error("--rpc with --udp: a request and its answer begin with a number and a token, of %d bytes together: give %d or more of each",
			  UDP_LEAST, UDP_LEAST);
	} else if (option->rpc.request > option->udp || option->rpc.response > option->udp) {
		say_error("--rpc with --udp: a request and its answer are one datagram each, of --udp bytes at most: give a larger --udp, or a smaller --rpc");
	} else if (option->udp_gso != 1 || stamp_of(option->stamp) || option->vectored ||
		   option->flush_every) {
		say_error("--%s has no meaning with --rpc and --udp, whose requests are datagrams of their own and come back; leave it out",
			  option->udp_gso != 1	    ? "udp-gso"
			  : stamp_of(option->stamp) ? "stamp"
			  : option->vectored	    ? "vectored"
						    : "flush-every");
	} else if (config_is_mixed(config)) {
		say_error("--pattern mixed has long flows, which are streams; leave out --udp");
	} else if (option->reconnect) {
		say_error("--reconnect is of connections, and datagrams have none; leave it out");
	} else if (config->away) {
		say_error("--away (as zcprof's --link dummy gives it) has no meaning with --rpc: nobody answers there; leave one out");
	} else {
		return 0;
	}
	return -1;
}

int rules_udp(struct config *config)
{
	static const enum option_id with[] = {OPTION_write, OPTION_bytes};
	static const enum option_id stream[] = {OPTION_mss, OPTION_cc, OPTION_pacing};
	struct options *option = &config->options;
	char name[OPTION_SPELL_MAX];

	if (!config->path->run && !option->set[OPTION_udp]) {
		option->set[OPTION_udp] = true;
		option->udp = UDP_PRESET;
	}
	if (!config->path->run && option->udp_gso != 1) {
		say_error("--udp-gso has no meaning for --path %s, which makes each datagram by itself; leave it out",
			  config->path->name);
		return -1;
	}
	if (!option->set[OPTION_udp] && option->udp_gso != 1) {
		say_error("--udp-gso is for datagrams: give --udp BYTES too");
		return -1;
	}
	if (!option->set[OPTION_udp] && stamp_of(option->stamp)) {
		say_error("--stamp is for datagrams: give --udp BYTES too");
		return -1;
	}
	if (!option->set[OPTION_udp])
		return 0;
	for (size_t i = 0; i < sizeof(with) / sizeof(*with); i++)
		if (option->typed[with[i]] && !rules_at_preset(config, with[i])) {
			say_error("--%s has no meaning with --udp, which sends datagrams of one size until the window closes; leave it out",
				  option_spell(with[i], name));
			return -1;
		}
	for (size_t i = 0; i < sizeof(stream) / sizeof(*stream); i++)
		if (option->typed[stream[i]]) {
			say_error("--%s has no meaning with --udp: it is for streams; leave it out",
				  option_spell(stream[i], name));
			return -1;
		}
	if (!config->path->udp) {
		say_error("--path %s sends no datagrams; give another for --udp, such as copy",
			  config->path->name);
		return -1;
	}
	if (option->typed[OPTION_msg] && option->msg < option->udp) {
		say_error("--msg cannot be less than --udp, whose datagrams hold its beginning; leave it out");
		return -1;
	}
	option->write = option->udp;
	return option->set[OPTION_rpc] ? check_udp_rpc(config) : 0;
}

/* It may be zcprof that gave it. */
#define AWAY "--away (as zcprof's --link dummy gives it)"

/* With a device behind it where it takes one: fe80::2%eth0. */
static bool is_number(const char *address)
{
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_DGRAM};
	struct addrinfo *found;

	if (getaddrinfo(address, NULL, &hints, &found))
		return false;
	freeaddrinfo(found);
	return true;
}

int rules_away(const struct config *config)
{
	const struct options *option = &config->options;

	if (!config->away)
		return 0;
	if (!option->set[OPTION_udp])
		say_error(AWAY " is for datagrams, which need no receiver: give --udp BYTES too");
	else if (!config->path->run)
		say_error(AWAY
			  " has no meaning for --path %s, which sends to where its connection leads; leave it out",
			  config->path->name);
	else if (option->verify)
		say_error("--verify has no meaning with " AWAY
			  ": nobody receives what could be checked; leave one out");
	else if (stamp_of(option->stamp))
		say_error("--stamp has no meaning with " AWAY
			  ": nobody receives what could be timed; leave one out");
	else if (!is_number(config->away))
		say_error("--away %s: expected the number of an address that nobody has, such as 10.99.0.2 or fd99::2",
			  config->away);
	else
		return 0;
	return -1;
}

static bool power_of_two(uint64_t n)
{
	return n && !(n & (n - 1));
}

int rules_xsk(const struct config *config)
{
	const struct options *option = &config->options;

	if (!config->path->run && config->end == END_RX && option->loss &&
	    !config->path->numbers_unknown) {
		say_error("--loss has no meaning for --path %s, which has packets before nft(8) could drop them; leave it out",
			  config->path->name);
		return -1;
	}
	if (!strcmp(option->xdp_mode, "tc") && !config->path->run &&
	    strcmp(config->path->name, "xdp_drop")) {
		say_error("--xdp-mode tc drops, and hands nothing to a socket or a device: give --path xdp_drop, or another mode");
		return -1;
	}
	if (strcmp(option->xdp_mode, "auto") && strcmp(option->xdp_mode, "native") &&
	    strcmp(option->xdp_mode, "generic") && strcmp(option->xdp_mode, "tc")) {
		say_error("--xdp-mode %s: expected auto, native, generic or tc", option->xdp_mode);
		return -1;
	}
	if (strcmp(option->xsk_mode, "auto") && strcmp(option->xsk_mode, "copy") &&
	    strcmp(option->xsk_mode, "zerocopy")) {
		say_error("--xsk-mode %s: expected auto, copy or zerocopy", option->xsk_mode);
		return -1;
	}
	if (!power_of_two(option->xsk_ring)) {
		say_error("--xsk-ring %llu: expected a power of two",
			  (unsigned long long)option->xsk_ring);
		return -1;
	}
	if (!power_of_two(option->xsk_frame)) {
		say_error("--xsk-frame %llu: expected 2K or 4K",
			  (unsigned long long)option->xsk_frame);
		return -1;
	}
	if (option->xsk_batch <= option->xsk_ring)
		return 0;
	say_error("--xsk-batch cannot be more than --xsk-ring; give a longer ring");
	return -1;
}
