# SPDX-License-Identifier: GPL-2.0-or-later
# Where things go: PREFIX (/usr/local), under DESTDIR for packagers.

bindir     := $(PREFIX)/bin
mandir     := $(PREFIX)/share/man
docdir     := $(PREFIX)/share/doc/zcprof
studiesdir := $(PREFIX)/share/zcprof/studies
promdir    := $(PREFIX)/share/zcprof/prometheus
compdir    := $(PREFIX)/share/bash-completion/completions
unitdir    := $(PREFIX)/lib/systemd/system
sysconfdir := $(if $(filter /usr,$(PREFIX)),,$(PREFIX))/etc

MANUALS := $(wildcard man/*.1)
DOCS    := $(wildcard docs/*.md README.md LICENSE)
STUDIES := $(wildcard studies/*) tools/attended
PROMETHEUS := $(wildcard packaging/prometheus/*)
COMPLETION := $(B)/completion.bash
UNITS   := $(wildcard packaging/*.service)
CONFIGS := $(wildcard packaging/*.conf)

# Each file by its final name, so that uninstall takes away just these.
INSTALLED = $(PROGRAMS:%=$(bindir)/%) $(MANUALS:man/%=$(mandir)/man1/%) \
	$(addprefix $(docdir)/,$(notdir $(DOCS))) $(addprefix $(studiesdir)/,$(notdir $(STUDIES))) \
	$(addprefix $(promdir)/,$(notdir $(PROMETHEUS))) $(PROGRAMS:%=$(compdir)/%) \
	$(addprefix $(unitdir)/,$(notdir $(UNITS)))

.PHONY: install uninstall docs deb rpm test-packages

# As the programs say it themselves, so it is made by running them.
$(eval $(call stamp,$(B)/stamp/studies,$$(studiesdir)))
$(COMPLETION): $(PROGRAMS:%=$(B)/%) $(B)/stamp/studies tools/completion tools/completion.bash
	$(call say,GEN,$@)
	$(Q)tools/completion $(B) $(studiesdir) > $@

install: all $(COMPLETION) ## install to PREFIX (/usr/local), under DESTDIR
	$(call say,INSTALL,$(DESTDIR)$(PREFIX))
	$(Q)install -d $(DESTDIR)$(bindir) $(DESTDIR)$(docdir)
	$(Q)install -m 755 $(PROGRAMS:%=$(B)/%) $(DESTDIR)$(bindir)
	$(Q)install -m 644 $(DOCS) $(DESTDIR)$(docdir)
ifneq ($(MANUALS),)
	$(Q)install -d $(DESTDIR)$(mandir)/man1
	$(Q)install -m 644 $(MANUALS) $(DESTDIR)$(mandir)/man1
endif
ifneq ($(STUDIES),)
	$(Q)install -d $(DESTDIR)$(studiesdir)
	$(Q)install -m 644 $(filter %.plan,$(STUDIES)) $(DESTDIR)$(studiesdir)
	$(Q)install -m 755 $(filter-out %.plan %/attended,$(STUDIES)) $(DESTDIR)$(studiesdir)
	$(Q)install -m 644 tools/attended $(DESTDIR)$(studiesdir)
endif
	$(Q)install -d $(DESTDIR)$(promdir) $(DESTDIR)$(compdir)
	$(Q)install -m 644 $(PROMETHEUS) $(DESTDIR)$(promdir)
	$(Q)install -m 644 $(COMPLETION) $(DESTDIR)$(compdir)/zcprof
	$(Q)ln -sf zcprof $(DESTDIR)$(compdir)/zcpath
	$(Q)ln -sf zcprof $(DESTDIR)$(compdir)/zcroi
	$(Q)install -d $(DESTDIR)$(unitdir) $(DESTDIR)$(sysconfdir)/zcprof
	$(Q)for unit in $(UNITS); do \
		sed 's|/usr/bin/|$(bindir)/|; s|/etc/zcprof/|$(sysconfdir)/zcprof/|g' $$unit > $(DESTDIR)$(unitdir)/$${unit##*/}; done
	$(Q)for file in $(CONFIGS); do [ -e $(DESTDIR)$(sysconfdir)/zcprof/$${file##*/} ] || \
		install -m 644 $$file $(DESTDIR)$(sysconfdir)/zcprof; done

# What somebody wrote into a configuration stays.
uninstall: ## remove what install put there
	$(call say,REMOVE,$(DESTDIR)$(PREFIX))
	$(Q)rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	$(Q)for file in $(CONFIGS); do ! cmp -s $$file $(DESTDIR)$(sysconfdir)/zcprof/$${file##*/} || \
		rm -f $(DESTDIR)$(sysconfdir)/zcprof/$${file##*/}; done
	$(Q)for d in $(sysconfdir)/zcprof $(docdir) $(studiesdir) $(promdir) $(dir $(studiesdir)); do \
		[ ! -d $(DESTDIR)$$d ] || rmdir --ignore-fail-on-non-empty $(DESTDIR)$$d; done

docs: ## make the reference pages of docs/ anew
	$(Q)awk -f tools/reference-page record/metrics.def > docs/metrics.md
	$(Q)awk -f tools/reference-page record/options.def record/settings.def > docs/options.md

deb: ## Debian packages of zcprof and zcroi, in $(B)/deb
	@tools/install-deps deb
	@tools/deb $(B)

rpm: ## an RPM of the same, in $(B)/rpm
	@tools/install-deps rpm
	@tools/rpm $(B)

test-packages: ## in bare Debians (RELEASES: bookworm trixie sid): packages are built, installed, run and removed
	@tools/test-packages $(RELEASES)
