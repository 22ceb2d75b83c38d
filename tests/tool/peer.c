// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A peer of zcpath that does what it is told, right or wrong. Its arguments are done in order:
 *
 *   listen PORT    as a receiver: wait on PORT and PORT + 1 for a sender
 *   connect PORT   as a sender: connect to PORT of 127.0.0.1
 *   say TEXT       send a line          random N       send N random bytes
 *   raw TEXT       send bytes: \\n, \\0 and \\e are the characters, and no line break is added
 *   drip TEXT      the same, a byte each 300 ms, until it is refused
 *   repeat TEXT    send a line again and again, until it is refused
 *   read           read a line, and print it
 *   welcome        answer the line that was read, a hello, as a receiver would
 *   key            remember the key of the line that was read, a welcome
 *   flow N         connect flow N with the key          stranger   connect one with another key
 *   silent         connect one that says nothing
 *   send N         send N bytes on the flow             accept     take a flow and its preamble
 *   drain          read the flow until it ends          sink N     read N bytes of it
 *   end            end the flow's stream                pour       send on the flow until refused
 *   crowd N        N more connections to the control port, which say nothing
 *   silents N      the same to the data port
 *   half           end the control connection's stream  reset      break it off
 *   sleep MS       wait                                 hold       wait for ever
 *
 * Standard output says what was read; exit 1 when something that it was told cannot be done.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

static struct {
	int port;
	int control;
	int listener; /* of the data port */
	int flow;
	char line[1024];
	char key[33];
} peer = {.control = -1, .listener = -1, .flow = -1};

static void must(int right, const char *what)
{
	if (right)
		return;
	perror(what);
	exit(1);
}

static struct sockaddr_in address(int port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static int listen_on(int port)
{
	struct sockaddr_in at = address(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	must(!bind(fd, (struct sockaddr *)&at, sizeof(at)) && !listen(fd, 64), "listen");
	return fd;
}

static int connect_to(int port)
{
	struct sockaddr_in at = address(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	must(!connect(fd, (struct sockaddr *)&at, sizeof(at)), "connect");
	return fd;
}

static void send_all(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);

		must(sent > 0, "send");
		bytes += sent;
		size -= sent;
	}
}

static void read_line(void)
{
	size_t used = 0;

	while (used < sizeof(peer.line) - 1 && read(peer.control, peer.line + used, 1) == 1)
		if (peer.line[used++] == '\n')
			break;
	peer.line[used] = '\0';
	printf("%s", peer.line);
	fflush(stdout);
}

static void say_welcome(void)
{
	char line[1200];
	char *fields = strstr(peer.line, "hello ");

	must(fields != NULL, "welcome without a hello");
	peer.line[strcspn(peer.line, "\n")] = '\0';
	snprintf(line, sizeof(line), "zcpath welcome %s key=%032d\n", fields + 6, 0);
	send_all(peer.control, line, strlen(line));
}

static void find_key(void)
{
	const char *key = strstr(peer.line, "key=");

	must(key && strlen(key) >= 36, "no key");
	memcpy(peer.key, key + 4, 32);
}

static void connect_flow(const char *key, int number)
{
	char preamble[65];

	peer.flow = connect_to(peer.port + 1);
	snprintf(preamble, sizeof(preamble), "zcpath flow %s %-18d\n", key, number);
	send_all(peer.flow, preamble, 64);
}

static void send_random(long size)
{
	char *bytes = malloc(size);

	must(bytes && getrandom(bytes, size, 0) == size, "random");
	send_all(peer.control, bytes, size);
	free(bytes);
}

static void sink(long size)
{
	char bytes[65536];
	ssize_t got;

	while (size && (got = read(peer.flow, bytes, size < 0 || size > 65536 ? 65536 : size)) > 0)
		size -= size < 0 ? 0 : got;
}

static void pour(void)
{
	static const char zeros[1 << 16];

	while (send(peer.flow, zeros, sizeof(zeros), MSG_NOSIGNAL) > 0)
		;
}

/* Returns the bytes' number. */
static size_t unescape(const char *text, char *bytes, size_t size)
{
	size_t used = 0;

	for (; *text && used < size; text++) {
		if (*text == '\\' && text[1]) {
			text++;
			bytes[used++] = *text == 'n' ? '\n' : *text == 'e' ? '\x1b' : '\0';
		} else {
			bytes[used++] = *text;
		}
	}
	return used;
}

static void drip(const char *text)
{
	char bytes[1024];
	size_t size = unescape(text, bytes, sizeof(bytes));

	for (size_t i = 0; i < size; i++) {
		if (send(peer.control, &bytes[i], 1, MSG_NOSIGNAL) != 1)
			return;
		usleep(300000);
	}
}

static void repeat(const char *text)
{
	char line[1024];
	int len = snprintf(line, sizeof(line), "%s\n", text);

	while (send(peer.control, line, len, MSG_NOSIGNAL) > 0)
		;
}

static void crowd(int port, long count)
{
	while (count-- > 0)
		connect_to(port);
}

static void reset(void)
{
	struct linger now = {.l_onoff = 1};

	setsockopt(peer.control, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(peer.control);
}

static void accept_flow(void)
{
	char preamble[64];

	peer.flow = accept(peer.listener, NULL, NULL);
	must(peer.flow >= 0 && recv(peer.flow, preamble, 64, MSG_WAITALL) == 64, "accept");
}

/* Verbs without an argument. */
static int plain(const char *verb)
{
	static const struct {
		const char *verb;
		void (*act)(void);
	} verbs[] = {
		{"read", read_line},
		{"welcome", say_welcome},
		{"key", find_key},
		{"accept", accept_flow},
	};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(verb, verbs[i].verb)) {
			verbs[i].act();
			return 1;
		}
	if (!strcmp(verb, "hold"))
		pause();
	else if (!strcmp(verb, "drain"))
		sink(-1);
	else if (!strcmp(verb, "pour"))
		pour();
	else if (!strcmp(verb, "half"))
		must(!shutdown(peer.control, SHUT_WR), "half");
	else if (!strcmp(verb, "reset"))
		reset();
	else if (!strcmp(verb, "end"))
		must(!shutdown(peer.flow, SHUT_WR), "end");
	else if (!strcmp(verb, "silent"))
		connect_to(peer.port + 1);
	else if (!strcmp(verb, "stranger"))
		connect_flow("0123456789abcdef0123456789abcdef", 0);
	else
		return 0;
	return 1;
}

static void with_argument(const char *verb, const char *arg)
{
	static const char zeros[1 << 16];

	if (!strcmp(verb, "listen")) {
		int fd = listen_on(atoi(arg));

		peer.listener = listen_on(atoi(arg) + 1);
		peer.control = accept(fd, NULL, NULL);
		close(fd);
	} else if (!strcmp(verb, "connect")) {
		peer.port = atoi(arg);
		peer.control = connect_to(peer.port);
	} else if (!strcmp(verb, "say")) {
		send_all(peer.control, arg, strlen(arg));
		send_all(peer.control, "\n", 1);
	} else if (!strcmp(verb, "raw")) {
		char bytes[1024];

		send_all(peer.control, bytes, unescape(arg, bytes, sizeof(bytes)));
	} else if (!strcmp(verb, "drip")) {
		drip(arg);
	} else if (!strcmp(verb, "repeat")) {
		repeat(arg);
	} else if (!strcmp(verb, "crowd")) {
		crowd(peer.port, atol(arg));
	} else if (!strcmp(verb, "silents")) {
		crowd(peer.port + 1, atol(arg));
	} else if (!strcmp(verb, "random")) {
		send_random(atol(arg));
	} else if (!strcmp(verb, "flow")) {
		connect_flow(peer.key, atoi(arg));
	} else if (!strcmp(verb, "send")) {
		for (long left = atol(arg); left > 0; left -= sizeof(zeros))
			send_all(peer.flow, zeros,
				 left < (long)sizeof(zeros) ? left : (long)sizeof(zeros));
	} else if (!strcmp(verb, "sink")) {
		sink(atol(arg));
	} else if (!strcmp(verb, "sleep")) {
		usleep(atol(arg) * 1000);
	} else {
		fprintf(stderr, "peer: cannot '%s'\n", verb);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (plain(argv[i]))
			continue;
		must(i + 1 < argc, argv[i]);
		with_argument(argv[i], argv[i + 1]);
		i++;
	}
	return 0;
}
