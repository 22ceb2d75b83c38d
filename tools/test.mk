# SPDX-License-Identifier: GPL-2.0-or-later
# Tests, fuzzing, benchmarks, style. A file is found by its name and says in its first lines what
# else it is linked with:
#
#   /* needs: datapath/control.c nic/journal.c */   objects beside base/ and record/
#   /* libs: gsl jansson */                         libraries, as pkg-config knows them
#   /* link: -Wl,--wrap=fsync */                    words for the linker

UNIT_TESTS   := $(patsubst %.c,$(B)/%,$(wildcard tests/unit/test_*.c))
FUZZ_TARGETS := $(patsubst %.c,$(B)/%,$(wildcard tests/fuzz/fuzz_*.c))
COMMON       := $(wildcard base/*.c record/*.c)
FUZZ_SECONDS ?= 60

.PHONY: test test-programs fuzz bench check-style check-code

test: ## install what is missing, build, and run every test that this machine can run
	@tools/install-deps test
	@+$(MAKE) --no-print-directory -k all test-programs || :
	@+$(MAKE) --no-print-directory -k SAN=1 B=$(B)/san all unit-tests || :
	@tools/run-tests $(B)

test-programs: unit-tests fuzz-targets
unit-tests: $(UNIT_TESTS)
fuzz-targets: $(FUZZ_TARGETS)

fuzz: fuzz-targets ## fuzz every target for FUZZ_SECONDS (60) each
	@for f in $(FUZZ_TARGETS); do tools/run-fuzz $$f $(FUZZ_SECONDS) || exit; done

bench: all ## measure against other tools; CSV files go to $(B)/bench/
	@tools/run-bench $(B)

check-style: ## layout of C, shell scripts, manual pages: what CI insists on
	@tools/check-style

check-code: ## clang-tidy and cppcheck (minutes)
	@tools/check-code $(B)

# The words behind "/* $(2): " in the first lines of a file.
said = $(shell sed -n '1,12s|^/\* $(2): \(.*\) \*/$$|\1|p' $(1))

define unit_test
$(B)/$(1): $(patsubst %.c,$(B)/%.o,$(1).c $(sort $(COMMON) $(call said,$(1).c,needs)))
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(LDFLAGS) $(call said,$(1).c,link) -o $$@ $$(filter %.o,$$^) \
		$$$$(pkg-config --libs cmocka $(call said,$(1).c,libs)) -pthread -lm
$(B)/$(1).o: | $(B)/stamp/have-tests
endef
$(foreach t,$(UNIT_TESTS:$(B)/%=%),$(eval $(call unit_test,$(t))))
tests_PKGS := cmocka
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
$(B)/$(1): $(patsubst %.c,$(B)/fuzz/%.o,$(1).c $(sort $(COMMON) $(call said,$(1).c,needs)))
	$$(call say,LD,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CLANG) $$(FUZZ_CFLAGS) -fsanitize=fuzzer -o $$@ $$(filter %.o,$$^) \
		$(if $(call said,$(1).c,libs),$$$$(pkg-config --libs $(call said,$(1).c,libs))) -pthread -lm
endef
$(foreach t,$(FUZZ_TARGETS:$(B)/%=%),$(eval $(call fuzz_target,$(t))))

.PHONY: unit-tests fuzz-targets
-include $(UNIT_TESTS:=.d) $(shell find $(B)/fuzz -name '*.d' 2>/dev/null)
