/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The questions that zcroi answers, one file each. A command takes its own command line, prints
 * its answer, and returns the exit code of the program.
 */
#ifndef ANALYZE_COMMANDS_H
#define ANALYZE_COMMANDS_H

int command_table(int argc, char **argv);
int command_show(int argc, char **argv);
int command_diff(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_whatif(int argc, char **argv);
int command_history(int argc, char **argv);
int command_check(int argc, char **argv);
int command_plot(int argc, char **argv);
int command_report(int argc, char **argv);
int command_import(int argc, char **argv);

#endif
