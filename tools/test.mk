# SPDX-License-Identifier: GPL-2.0-or-later
# Tests, fuzzing, benchmarks, style. A program for tests is one C file, found by its name:
#
#   tests/unit/test_*.c   cmocka            tests/fuzz/fuzz_*.c              libFuzzer
#   tests/tool/*.c        what bats calls   tests/bench/*.c                  what benchmarks call
#
# It is linked with base/ and record/, and says in its first lines what else it is linked with:
#
#   /* needs: datapath/control.c nic -nic/link.c */   files, or a folder's; '-' takes one out. What several tests
#                                                     share is such a file, beside them.
#   /* libs: gsl jansson */                           libraries, as pkg-config knows them
#   /* link: -Wl,--wrap=fsync */                      words for the linker

TEST_TOOLS   := $(patsubst %.c,$(B)/%,$(wildcard tests/tool/*.c tests/bench/*.c))
UNIT_TESTS   := $(patsubst %.c,$(B)/%,$(wildcard tests/unit/test_*.c))
FUZZ_TARGETS := $(patsubst %.c,$(B)/%,$(wildcard tests/fuzz/fuzz_*.c))
COMMON       := $(wildcard base/*.c record/*.c)
FUZZ_SECONDS ?= 60

.PHONY: test-many test test-page test-bare lab-fetched test-programs test-hostile test-kills test-scale test-kernels test-lab fuzz bench bench-lab soak bench-explain check-style check-code

test: ## install what is missing, build, and run every test that this machine can run
	@tools/install-deps test
	@tools/install-deps lab || :
	@+$(MAKE) $(quick) -k lab-fetched all test-programs || :
	@+$(MAKE) $(quick) -k SAN=1 B=$(B)/san all unit-tests test-tools || :
	@tools/run-tests $(B)

# Waits for the network, while the others wait for the compiler.
lab-fetched:
	@lab/first $(LAB_KERNEL) && lab/selftests $(LAB_KERNEL) --build >/dev/null || :

test-programs: unit-tests test-tools fuzz-targets
unit-tests: $(UNIT_TESTS)
test-tools: $(TEST_TOOLS)
fuzz-targets: $(FUZZ_TARGETS)

fuzz: fuzz-targets ## fuzz every target for FUZZ_SECONDS (60) each
	@for f in $(FUZZ_TARGETS); do tools/run-fuzz $$f $(FUZZ_SECONDS) || exit; done

bench: all test-tools ## measure against other tools (PEERS: folders of theirs; ONLY: some of tests/bench); CSV files go to $(B)/bench/
	@tools/install-deps bench
	@PEERS='$(PEERS)' ONLY='$(ONLY)' tools/run-bench $(B)

soak: all ## SECONDS (1200) of every path, side by side and verified: memory, open files, the kernel's log
	@tools/install-deps test
	@tools/soak $(B) $(or $(SECONDS),1200)

bench-lab: all test-tools ## in a virtual machine: zcrx, devmem, XDP and AF_XDP against liburing's example, the kernel's selftests and xdp-tools (PAIRS, BYTES, CLOCK, GROUPS_OF)
	@tools/install-deps lab
	@tools/bench-lab $(B)

bench-explain: all ## inject the faults of tests/explain and see whether zcroi names them (FAULTS, RUNS, SIZE, APART; WHERE=lab)
	@tools/bench-explain $(B) $(FAULTS)

test-kernels: all test-tools ## in virtual machines: is every source right on KERNELS (Debian's 6.1, 6.12, newest 6 and newest)
	@tools/install-deps lab
	@tools/test-kernels $(B) $(KERNELS)

test-hostile: all test-tools ## against made-up hostile processes, containers, peers, meters, clocks and file systems
	@tools/install-deps test
	@tools/run-tests $(B) hostile

test-kills: all ## run, attach and restore ended by SIGKILL 100 times (KILLS), in every kind of namespace: do the settings come back?
	@tools/install-deps test
	@BUILD=$(abspath $(B)) LC_ALL=C KILLS=$${KILLS:-100} bats -f SIGKILL tests/hostile/restore.bats

test-page: all ## the page of zcroi report in a headless browser: keyboard, accessibility, widths, light and dark
	@tools/install-deps page
	@tools/run-tests $(B) page

test-bare: ## what a newcomer does, in a Debian of RELEASE (bookworm) with nothing in it: install, build, demo, tests (SUITES)
	@tools/test-bare $(SUITES)

test-many: all ## 1,020 records asked of zcroi, DuckDB and ClickHouse; a real Prometheus scrapes (FILES, ROWS, SCRAPES, SCRAPE_SECONDS)
	@tools/install-deps many
	@BUILD=$(abspath $(B)) LC_ALL=C bats tests/many

test-scale: all test-tools ## 10,000 connections, 1,000 threads, attached 1,000 times (FLOWS, THREADS, ATTACHES): some minutes
	@tools/install-deps test
	@BUILD=$(abspath $(B)) LC_ALL=C bats tests/scale

test-lab: all ## in virtual machines with the software NIC: zero copy on KERNEL (7.2); BYTES=10G: at length
	@tools/install-deps lab
	@tools/test-lab $(B) $(NAMES)

check-style: ## layout of C, shell scripts, manual pages: what CI insists on
	@tools/check-style

check-code: all ## clang-tidy and cppcheck
	@tools/install-deps check
	@tools/check-code $(B)

# The words behind "/* $(2): " in the first lines of a file, and the files that "needs" means.
said    = $(shell awk -v what=$(2) -f tools/said.awk $(1))
files   = $(foreach w,$(1),$(if $(filter %.c,$(w)),$(w),$(call below,$(w))))
choose  = $(filter-out $(patsubst -%,%,$(filter -%,$(1))),$(call files,$(filter-out -%,$(1))))
sources_of = $(1) $(sort $(COMMON) $(call choose,$(call said,$(1),needs)))

define test_program
$(B)/$(1): $(call object,$(call sources_of,$(1).c))
	$$(call say,LD,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(LDFLAGS) $(call said,$(1).c,link) -o $$@ $$(filter %.o,$$^) \
		$(foreach l,$(2) $(call said,$(1).c,libs),$$$$(pkg-config --libs $(l))) -pthread -lm
$(if $(2),$(B)/obj/$(1).o: | $(B)/stamp/have-tests)
endef
$(foreach t,$(UNIT_TESTS:$(B)/%=%),$(eval $(call test_program,$(t),cmocka)))
$(foreach t,$(TEST_TOOLS:$(B)/%=%),$(eval $(call test_program,$(t))))
$(B)/stamp/have-tests:
	@mkdir -p $(@D)
	@tools/have pkg:cmocka
	@touch $@

# Fuzzing wants clang and its own flags for all of the code, so its objects lie apart.
FUZZ_CFLAGS = $(filter-out -fsanitize=%,$(ALL_CFLAGS)) -O1 -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined
$(eval $(call stamp,$(B)/stamp/fuzz,$$(CLANG) $$(FUZZ_CFLAGS)))
$(B)/fuzz/%.o: %.c $(B)/stamp/fuzz | $(B)/stamp/have-fuzz
	$(call say,CC-FUZZ,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_CFLAGS) -MMD -MP -c -o $@ $<
$(B)/stamp/have-fuzz:
	@mkdir -p $(@D)
	@tools/have $(CLANG)
	@touch $@

define fuzz_target
$(B)/$(1): $(patsubst %.c,$(B)/fuzz/%.o,$(call sources_of,$(1).c))
	$$(call say,LD,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CLANG) $$(FUZZ_CFLAGS) -fsanitize=fuzzer -o $$@ $$(filter %.o,$$^) \
		$(foreach l,$(call said,$(1).c,libs),$$$$(pkg-config --libs $(l))) -pthread -lm
endef
$(foreach t,$(FUZZ_TARGETS:$(B)/%=%),$(eval $(call fuzz_target,$(t))))

.PHONY: unit-tests test-tools fuzz-targets
-include $(patsubst %.c,$(B)/obj/%.d,$(wildcard tests/unit/*.c tests/tool/*.c tests/bench/*.c)) $(shell find $(B)/fuzz -name '*.d' 2>/dev/null)
