/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way to a file that is to be written, step by step, each of which is held: for the programs run as root in
 * directories that belong to others.
 *
 *   way_go()      as far as the directory that holds the file, or to the last of all directories
 *   way_leave()
 *   way_is_ours() whether somebody made it who has chosen the path as much as who runs the program
 *   way_refuse()  and way_refuse_errno(): why not; -1
 *
 * A symbolic link is followed if root, who runs the program, or who called sudo made it; another's is refused.
 */
#ifndef BASE_WAY_H
#define BASE_WAY_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

/* The reason of a refusal: a phrase that stands behind "cannot create PATH: ". */
struct outfile_why {
	char text[256];
};

/* The way to a file, as far as it was gone. */
struct way {
	int dir;
	char *rest; /* what is left of the path, from dir */
	unsigned int links;
	char name[NAME_MAX + 1]; /* the last step: it is in dir, and no symbolic link */
	bool there;
	struct stat stat; /* of it, where it is there */
};

/* directories: the path names one, and those that are not there are made. 0, or -1 with why, and then nothing is held. */
int way_go(struct way *w, const char *path, bool directories, struct outfile_why *why);
void way_leave(struct way *w);
bool way_is_ours(uid_t owner);
__attribute__((format(printf, 2, 3))) int way_refuse(struct outfile_why *why, const char *format,
						     ...);
int way_refuse_errno(struct outfile_why *why, int error);

#endif
