/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why one set of runs is slower or dearer than another.
 *
 *   causes_of()      hold two sets against every mechanism, and rank what holds
 *   causes_withdraw() the first cause's remedy brought nothing back: without it and its setting, all is ranked anew
 *   causes_free()
 *   causes_ask()     what moved for sure, and what limited each set, which causes_of() asks first; whether B is the worse
 *   cause_add_seen() one more piece of evidence
 *   cause_weigh()    by its evidence: how much it explains; what explains most stands first
 *   causes_add_unnamed()  what no mechanism knows of: a setting that differs, a function that came
 *   causes_merge()   puts the best first; what follows from another, and what one setting makes, is named with it
 *   causes_add_place()  where nothing that is known explains the half of it: functions that came, unless as much went, as
 *                    of one that has another name
 *   cause_is_enough()  whether what has no setting is no other cause beside it
 *   cause_sure()     "sure", "likely" or "possible"
 *   cause_is_setting()  whether it is a setting of which no mechanism is known
 *   causes_unused()  the next setting from *at on that differs and that no cause is made by; NULL: no more
 *   cause_is_counted()  whether only a counter says so: no answer moved for sure, and no setting differs
 *
 * All is seen from the better set to the worse. A cause has a counter behind it that moved in nearly
 * all runs; what follows from another cause is not named beside it, but counts for it.
 */
#ifndef ANALYZE_CAUSES_CAUSES_H
#define ANALYZE_CAUSES_CAUSES_H

#include "analyze/causes/limit.h"
#include "analyze/causes/mechanism.h"
#include "analyze/causes/newcomers.h"
#include "analyze/figures/compare.h"

/* A cause that explains less is no cause. */
#define CAUSE_EXPLAINS_LEAST 0.05
#define EVIDENCE_MAX	     (3 * SIGNS_MAX)

struct cause {
	const struct mechanism *mechanism;
	const struct setting *setting; /* that differs and makes it; or NULL */
	enum record_end end;
	struct seen seen[EVIDENCE_MAX]; /* what speaks for it, the weightiest first */
	size_t seen_count;
	struct seen against[SIGNS_MAX];
	size_t against_count;
	double explains; /* about this part of the change, 0 to 1 */
	double score;
	const struct mechanism *with[SIGNS_MAX]; /* consequences that were seen too */
	size_t with_count;
};

/* What was asked: did the throughput move for sure, and if not, the cost? SEEN: of single runs. */
enum proven { PROVEN_NOTHING, PROVEN_SEEN, PROVEN_COST, PROVEN_THROUGHPUT };

struct causes {
	struct design design; /* a: the better set, b: the worse */
	bool reversed;	      /* the better set is the caller's B */
	enum proven proven;
	struct comparison throughput;	   /* of the caller's A and B */
	struct comparison cost;		   /* the CPU ROI of the caller's A and B, or their CPU */
	const char *cost_more, *cost_less; /* what more and less of it are called */
	struct setting *settings;	   /* from the better set to the worse */
	size_t setting_count;
	struct cause *at; /* best first */
	size_t count;
	size_t considered;	  /* mechanisms whose figures were there */
	struct limit limit[2];	  /* of the caller's A and B */
	const struct sign **made; /* signs of what these records alone have: functions */
	size_t made_count;
	struct newcomers newcomers;
	/* Of a test of the first cause, which is taken out of the list if the figure did not return. */
	enum confirmed {
		CONFIRM_NOT,
		CONFIRM_UNFIT,
		CONFIRM_RETURNED,
		CONFIRM_WITHDRAWN,
		CONFIRM_OPEN,
		CONFIRM_MOVED
	} confirmed;
	struct interval returned; /* the part of the change that went away with the remedy, 95 % */
	struct cause withdrawn;
	struct setting withdrawn_setting; /* its setting is this copy */
};

/* What the caller has proven by other means: of one run against its siblings there is no test. */
struct proof {
	enum proven what;
	bool b_worse;
};

/* proof: or NULL. */
void causes_of(struct causes *c, const struct configuration *a, const struct configuration *b,
	       const struct common *common, const struct proof *proof);
void causes_withdraw(struct causes *c);
void causes_free(struct causes *c);
bool causes_ask(struct causes *c, const struct configuration *a, const struct configuration *b,
		const struct common *common);
void cause_add_seen(struct cause *cause, struct seen seen);
void cause_weigh(struct cause *cause, const struct causes *c);
void causes_add_unnamed(struct causes *c);
void causes_add_place(struct causes *c);
void causes_merge(struct causes *c);
bool cause_is_enough(const struct cause *cause);
const char *cause_sure(const struct causes *c, const struct cause *cause);
bool cause_is_setting(const struct cause *cause);
const struct setting *causes_unused(const struct causes *c, size_t *at);
bool cause_is_counted(const struct causes *c, const struct cause *cause);

#endif
