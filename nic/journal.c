// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file: a first line "zcprof-journal 1 PID START", then per change one line
 * "KIND NETNS-INODE SUBJECT OLD-VALUE", such as "file 4026531840 /proc/sys/vm/nr_hugepages 0".
 * Subjects hold no space, values no line break; the value is the rest of the line, and may hold
 * tabs and spaces.
 */
#include "nic/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/outfile.h"
#include "base/say.h"
#include "nic/netns.h"
#include "nic/undo.h"

#define HEADER "zcprof-journal 1"

struct change {
	const struct undo *kind; /* NULL: a file */
	unsigned long long netns;
	char *subject; /* the file's path, or what nic/undo.h says */
	char *old;
};

struct journal {
	char *dir;
	char *file; /* NULL until the first change */
	int fd;
	struct change *changes;
	size_t count;
};

/* What /proc/PID/stat says of a process, in its fields 3, 9, 22 and 31. */
struct process {
	unsigned long long start; /* with the pid it names it for as long as the machine is up */
	bool dying; /* it will not change anything any more, but for a call that it is in */
	bool dead;  /* it is not there, or nobody has asked yet how it ended */
};

#define PF_EXITING 0x4 /* include/linux/sched.h */
#define DYING_MS   2000
#define SURE_MS	   20
#define LOOK_MS	   10

static struct process look_at(pid_t pid)
{
	struct process p = {.dead = true};
	char path[40];
	char stat[1024];
	unsigned long long pending = 0;
	unsigned int flags = 0;
	char state = 'X';
	const char *at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return p;
	n = read(fd, stat, sizeof(stat) - 1);
	close(fd);
	stat[n > 0 ? n : 0] = '\0';
	/* The name in field 2 may hold spaces and parentheses: count from its last one. */
	at = strrchr(stat, ')');
	if (!at ||
	    sscanf(at,
		   ") %c %*d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu %*u %*d %*u %*u %*u %*u %*u %*u %llu",
		   &state, &flags, &p.start, &pending) != 4)
		return p;
	p.dead = state == 'Z' || state == 'X';
	p.dying = flags & PF_EXITING || pending & 1ULL << (SIGKILL - 1);
	return p;
}

/*
 * One that was just killed may still be in a call: that is waited for. And there is a moment in
 * which it has taken the signal and does not exit yet, when it looks like one that lives.
 */
static bool has_gone(pid_t pid, unsigned long long start)
{
	struct process p = look_at(pid);

	for (int waited = 0; !p.dead && p.start == start && waited < (p.dying ? DYING_MS : SURE_MS);
	     waited += LOOK_MS) {
		usleep(LOOK_MS * 1000);
		p = look_at(pid);
	}
	return p.dead || p.start != start;
}

static int read_value(const char *path, char *value, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, value, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;
	while (n && value[n - 1] == '\n')
		n--;
	value[n] = '\0';
	return strchr(value, '\n') ? -EINVAL : 0;
}

static int write_value(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	size_t len = strlen(value);
	int result = 0;

	if (fd < 0)
		return -errno;
	/* An empty write would not reach the kernel; a line break is how an empty value is said. */
	if (write(fd, len ? value : "\n", len ? len : 1) < 0)
		result = -errno;
	close(fd);
	return result;
}

static void forget(struct change *c)
{
	free(c->subject);
	free(c->old);
}

static int remember(struct journal *j, const struct undo *kind, unsigned long long netns,
		    const char *subject, const char *old)
{
	struct change *grown = reallocarray(j->changes, j->count + 1, sizeof(*grown));
	struct change *c;

	if (!grown)
		return -ENOMEM;
	j->changes = grown;
	c = &grown[j->count];
	*c = (struct change){kind, netns, strdup(subject), strdup(old)};
	if (!c->subject || !c->old) {
		forget(c);
		return -ENOMEM;
	}
	j->count++;
	return 0;
}

static void journal_free(struct journal *j)
{
	for (size_t i = 0; i < j->count; i++)
		forget(&j->changes[i]);
	free(j->changes);
	free(j->file);
	free(j->dir);
	if (j->fd >= 0)
		close(j->fd);
	free(j);
}

struct journal *journal_open(const char *dir)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->fd = -1;
	j->dir = strdup(dir);
	if (!j->dir) {
		journal_free(j);
		return NULL;
	}
	return j;
}

/* A process may have several. */
static int create_file(struct journal *j)
{
	unsigned long long start = look_at(getpid()).start;

	if (mkdir(j->dir, 0755) && errno != EEXIST)
		return -errno;
	for (int n = 1; j->fd < 0; n++) {
		free(j->file);
		if (asprintf(&j->file, "%s/%d.%llu.%d", j->dir, (int)getpid(), start, n) < 0) {
			j->file = NULL;
			return -ENOMEM;
		}
		j->fd = open(j->file, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
		if (j->fd < 0 && errno != EEXIST)
			return -errno;
	}
	return dprintf(j->fd, HEADER " %d %llu\n", (int)getpid(), start) < 0 ? -errno : 0;
}

static int note(struct journal *j, const struct undo *kind, unsigned long long netns,
		const char *subject, const char *old)
{
	int error = strchr(subject, ' ') || strchr(old, '\n') ? -EINVAL : 0;

	if (!error && j->fd < 0)
		error = create_file(j);
	if (!error &&
	    dprintf(j->fd, "%s %llu %s %s\n", kind ? kind->name : "file", netns, subject, old) < 0)
		error = -errno;
	return error ? error : remember(j, kind, netns, subject, old);
}

int journal_set(struct journal *j, const char *path, const char *value)
{
	unsigned long long netns = netns_inode(-1);
	char old[4096];
	int error;

	for (size_t i = 0; i < j->count; i++)
		if (!j->changes[i].kind && j->changes[i].netns == netns &&
		    !strcmp(j->changes[i].subject, path))
			return write_value(path, value);
	error = read_value(path, old, sizeof(old));
	if (!error)
		error = note(j, NULL, netns, path, old);
	/* A change that is noted and fails is put back to what it still is: harmless. */
	return error ? error : write_value(path, value);
}

int journal_note(struct journal *j, const char *kind, const char *subject, const char *old)
{
	const struct undo *undo = undo_find(kind);

	return undo ? note(j, undo, netns_inode(-1), subject, old) : -EINVAL;
}

static int put_back_here(const struct change *c)
{
	return c->kind ? c->kind->put_back(c->subject, c->old) : write_value(c->subject, c->old);
}

/* A descriptor of the named namespace with this inode, or a negative errno. */
static int find_netns(unsigned long long inode)
{
	DIR *dir = opendir("/run/netns");
	struct dirent *entry;
	int found = -ENOENT;

	if (!dir)
		return found;
	while (found < 0 && (entry = readdir(dir))) {
		int netns = entry->d_name[0] == '.' ? -1 : netns_open(entry->d_name);

		if (netns >= 0 && netns_inode(netns) == inode)
			found = netns;
		else if (netns >= 0)
			close(netns);
	}
	closedir(dir);
	return found;
}

/* In a child, because joining a namespace is for good. -ENOENT: it is gone. */
static int put_back_elsewhere(const struct change *c)
{
	int netns = find_netns(c->netns);
	int status;
	pid_t pid;

	if (netns < 0)
		return -ENOENT;
	pid = fork();
	if (!pid) {
		int error = netns_join(netns);

		_exit(-(error ? error : put_back_here(c)));
	}
	close(netns);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

/* How many were put back, or -1. */
static int put_back(const struct journal *j)
{
	unsigned long long own = netns_inode(-1);
	int count = 0;
	bool failed = false;

	for (size_t i = j->count; i--;) {
		const struct change *c = &j->changes[i];
		int error = c->netns == own ? put_back_here(c) : put_back_elsewhere(c);

		count += !error;
		/* The device or the namespace is gone, and the setting with it. */
		if (!error || error == -ENOENT || error == -ENODEV)
			continue;
		if (c->kind && error == -EADDRINUSE)
			say_error("cannot put back the %s of %s yet: a queue of it is still held; 'zcprof doctor %s' says by whom, and 'zcprof restore' tries again",
				  c->kind->what, c->subject, c->subject);
		else if (c->kind)
			say_error("cannot put back the %s of %s, which was \"%s\": %s; %s",
				  c->kind->what, c->subject, c->old, strerror(-error),
				  c->kind->by_hand);
		else
			say_error("cannot put %s back to \"%s\": %s; write it there by hand",
				  c->subject, c->old, strerror(-error));
		failed = true;
	}
	return failed ? -1 : count;
}

/* Put back, and end: how many, or -1, and then the file stays. */
static int undo(struct journal *j)
{
	int count = put_back(j);

	if (count >= 0 && j->file)
		unlink(j->file);
	journal_free(j);
	return count;
}

int journal_close(struct journal *j)
{
	return j && undo(j) < 0 ? -1 : 0;
}

/* Whatever stands in a journal is written into the system: another's is not read. */
static FILE *open_own(const char *path)
{
	FILE *in = outfile_read(path);
	struct stat st;

	if (!in || (!fstat(fileno(in), &st) && st.st_uid == geteuid() && !(st.st_mode & 022)))
		return in;
	fclose(in);
	return NULL;
}

/* What a dead process left in its file; NULL where it is not a journal, or its process lives. */
static struct journal *load(const char *dir, const char *name)
{
	struct journal *j = journal_open(dir);
	unsigned long long start;
	char *line = NULL;
	size_t room = 0;
	FILE *in = NULL;
	int pid;

	if (!j || asprintf(&j->file, "%s/%s", dir, name) < 0)
		goto none;
	in = open_own(j->file);
	if (!in || getline(&line, &room, in) < 0 ||
	    sscanf(line, HEADER " %d %llu", &pid, &start) != 2 || !has_gone(pid, start))
		goto none;
	for (ssize_t len; (len = getline(&line, &room, in)) > 0;) {
		const struct undo *undo;
		unsigned long long netns;
		char subject[PATH_MAX];
		char kind[16];
		int value = 0;

		/* A last line without its end was never acted upon. */
		if (line[len - 1] != '\n')
			break;
		line[len - 1] = '\0';
		if (sscanf(line, "%15s %llu %4095s%n", kind, &netns, subject, &value) != 3 ||
		    line[value] != ' ')
			continue;
		undo = undo_find(kind);
		if (undo || !strcmp(kind, "file"))
			remember(j, undo, netns, subject, line + value + 1);
	}
	goto out;
none:
	if (j)
		journal_free(j);
	j = NULL;
out:
	free(line);
	if (in)
		fclose(in);
	return j;
}

int journal_recover(const char *dir)
{
	DIR *entries = opendir(dir);
	struct dirent *entry;
	int total = 0;

	if (!entries)
		return 0;
	while ((entry = readdir(entries))) {
		struct journal *j = entry->d_name[0] == '.' ? NULL : load(dir, entry->d_name);
		int count = j ? undo(j) : 0;

		if (count > 0)
			say_info("put back %d setting%s that process %.*s had changed and left",
				 count, count == 1 ? "" : "s", (int)strcspn(entry->d_name, "."),
				 entry->d_name);
		if (count < 0 || total < 0)
			total = -1;
		else
			total += count;
	}
	closedir(entries);
	return total;
}
