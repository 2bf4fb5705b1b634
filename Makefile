# SPDX-License-Identifier: Apache-2.0
# make            builds khien, khien-hunt, khien-worker and khien-verify into build/
# make run        installs what is missing, builds, makes data/ and serves it
# make test       installs what the tests need and runs all of them
# HACKING.md tells the rest.

B ?= build
ifeq ($(origin CC),default)
CC = gcc
endif
Q = $(if $(V),,@)
CFLAGS ?= -O2 -g
WERROR ?= -Werror

PKGS = sqlite3 jansson yaml-0.1 libsodium libcrypto gnutls libmicrohttpd libcurl \
       liboath libqrencode libzip zlib libzstd libpcre2-8 pangocairo pangoft2 fontconfig
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
       -Wformat=2 -Wwrite-strings -Wundef -Wcast-qual -Wimplicit-fallthrough
HARDEN = -fstack-protector-strong -fPIE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$(if $(findstring -fsanitize,$(CFLAGS)),0,2)
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -Isrc -I$(B)/gen $(WARN) $(WERROR) $(HARDEN) \
	$(PKG_CFLAGS) -pthread $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)
LIBS = $(PKG_LIBS) -lmagic -lseccomp -lm -pthread

# Every layer but the mains goes into one library; the linker takes what a program uses.
LAYERS = base os text event ingest duty pack detect model hunt store ledger work watch mail report app http server
LIB_SRC = $(foreach l,$(LAYERS),$(sort $(wildcard src/$(l)/*.c src/$(l)/*/*.c)))
LIB_OBJ = $(LIB_SRC:src/%.c=$(B)/obj/%.o)
CLI_OBJ = $(patsubst src/%.c,$(B)/obj/%.o,$(sort $(wildcard src/cli/*.c)))
HUNTER_OBJ = $(patsubst src/%.c,$(B)/obj/%.o,$(sort $(wildcard src/hunter/*.c)))
WORKER_OBJ = $(patsubst src/%.c,$(B)/obj/%.o,$(sort $(wildcard src/worker/*.c)))
UNIT = $(patsubst test/unit/%.c,$(B)/test/%,$(sort $(wildcard test/unit/test_*.c)))
FUZZ = $(patsubst test/fuzz/%.c,$(B)/fuzz/%,$(sort $(wildcard test/fuzz/fuzz_*.c)))

.DEFAULT_GOAL := all
.PHONY: all run test check unit fuzz-build fuzz-replay bench screenshots web clean deps FORCE
.SUFFIXES:
.SECONDARY:

all: $(B)/khien $(B)/khien-hunt $(B)/khien-worker $(B)/khien-verify

$(B)/khien: $(CLI_OBJ) $(B)/libkhien.a $(B)/gen/embed.o
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(CLI_OBJ) $(B)/libkhien.a $(B)/gen/embed.o $(LIBS)

$(B)/khien-worker: $(WORKER_OBJ) $(B)/libkhien.a $(B)/gen/embed.o
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(WORKER_OBJ) $(B)/libkhien.a $(B)/gen/embed.o $(LIBS)

# Apart, so that the engine's libraries are in no process that does not hunt.
$(B)/khien-hunt: $(HUNTER_OBJ) $(B)/libkhien.a $(B)/gen/embed.o
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(HUNTER_OBJ) $(B)/libkhien.a $(B)/gen/embed.o $(LIBS)

# Shares no code with khien: an outside expert can read it alone.
$(B)/khien-verify: $(wildcard src/verify/*.[ch])
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.c,$^) $(shell pkg-config --libs libzip libsodium jansson)

$(B)/libkhien.a: $(LIB_OBJ)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(B)/obj/%.o: src/%.c | $(B)/deps.ok
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# packs/ and the built web app travel inside the binary; a pack in the data
# directory overrides the one of the same name.
# The pages the server writes itself travel with a packed copy of their style and script.
PAGE_FILES = $(wildcard web/public-page/*.css web/public-page/*.js)
%.css.gz: %.css
	@gzip -9nc $< >$(@D)/.$(@F) && mv $(@D)/.$(@F) $@
%.js.gz: %.js
	@gzip -9nc $< >$(@D)/.$(@F) && mv $(@D)/.$(@F) $@

# Without npm a web/dist that is there already is taken as it is.
WEB_DIST = $(if $(shell command -v npm),web/dist/index.html)
$(B)/gen/embed.S: tools/embed $(PAGE_FILES:=.gz) $(WEB_DIST) FORCE | $(B)/deps.ok
	@mkdir -p $(@D)
	@tools/embed $@ packs src/store/migrations web/public-page $(wildcard web/dist)
$(B)/gen/embed.o: $(B)/gen/embed.S
	$(Q)$(CC) -c -o $@ $<

$(B)/test/%: test/unit/%.c $(B)/libkhien.a $(B)/gen/embed.o test/unit/testing.h
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_CFLAGS) -Itest/unit $(ALL_LDFLAGS) -o $@ $< $(B)/libkhien.a $(B)/gen/embed.o $(LIBS) -lcmocka

# It judges dossiers with the real program.
$(B)/test/test_dossier: $(B)/khien-verify

# It is made of them.
$(B)/fuzz/fuzz_verify_dossier: $(wildcard src/verify/*.[ch])

# Each fuzz target is also an ordinary program that replays its corpus.
FUZZ_MAIN ?= test/fuzz/replay.c
$(B)/fuzz/%: test/fuzz/%.c $(FUZZ_MAIN) $(B)/libkhien.a $(B)/gen/embed.o
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_CFLAGS) -Itest/fuzz $(ALL_LDFLAGS) -o $@ $< $(FUZZ_MAIN) $(B)/libkhien.a $(B)/gen/embed.o $(LIBS)

# What test/perf/*.sh runs: a loaded data directory, an HTTP load, the ledger alone.
# hunt_stages takes the time of two calls within matching.
$(B)/perf/hunt_stages: ALL_LDFLAGS += -Wl,--wrap=scan_run,--wrap=eval_rule
$(B)/perf/%: test/perf/%.c $(B)/libkhien.a $(B)/gen/embed.o
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(B)/libkhien.a $(B)/gen/embed.o $(LIBS)

# The browser app.  npm ci only when the lock file changed.
WEB_SRC = $(shell find web -name node_modules -prune -o -name dist -prune -o -name public-page -prune -o -type f -print)

web: web/dist/index.html
web/node_modules/.package-lock.json: web/package-lock.json
	@echo "  NPM     web"
	$(Q)cd web && flock package.json npm ci --silent --no-audit --no-fund && touch node_modules/.package-lock.json
web/dist/index.html: $(WEB_SRC) web/node_modules/.package-lock.json
	@echo "  WEB     web/dist"
	$(Q)cd web && flock package.json npm run --silent build

# A worker in somebody else's hands, held like the real one and not held at all.
HOSTILE = $(B)/test/hostile-worker $(B)/test/hostile-worker-free
$(B)/test/hostile-worker-free: HELD = -DFREE=1
$(HOSTILE): test/suite/hostile_worker.c src/worker/hunt.h $(B)/libkhien.a
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(HELD) $(ALL_LDFLAGS) -o $@ $< $(B)/libkhien.a $(LIBS)

unit: $(UNIT) $(HOSTILE)
fuzz-build: $(FUZZ)

fuzz-replay: $(FUZZ)

# Says once what is missing, with the package names, before the compiler does.
$(B)/deps.ok: tools/deps
	@mkdir -p $(B)
	@tools/deps check build && touch $@

deps:
	@tools/deps install build

clean:
	rm -rf $(B)

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

# ---- the main job -------------------------------------------------------------

# One command for a newcomer: installs, builds, makes a sample agency, serves.
run:
	@tools/deps install web
	@$(MAKE) --no-print-directory web all
	@[ -f data/khien.db ] || $(B)/khien init --data data --sample
	@exec $(B)/khien serve --data data --listen 127.0.0.1:8686

# ---- tests ----------------------------------------------------------------------

ASAN = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SAN_B = $(B)-san
CORES := $(shell nproc)

test:
	@tools/deps install test
	@$(MAKE) --no-print-directory -j$(CORES) test/node_modules/.package-lock.json web all unit
	@$(MAKE) --no-print-directory -j$(CORES) B=$(SAN_B) CC=clang CFLAGS="$(ASAN)" LDFLAGS="-fsanitize=address,undefined" all unit fuzz-replay
	@tools/run-tests $(CHECKS) $(call browser,$(LONGEST)) $(call sanitized,$(filter-out $(WAITING),$(SUITE))) \
	  $(call browser,$(E2E)) $(call plain,$(filter-out $(WAITING),$(SUITE) $(UNIT))) \
	  $(call sanitized,$(filter-out $(WAITING),$(UNIT)) $(FUZZ)) \
	  -- $(call plain,$(WAITING)) $(call sanitized,$(WAITING))

CHECKS = "layers=tools/check-layers tools/layers $$(find src -name '*.[ch]' | tr '\n' ' ')" \
	"style=tools/check-style"
# Suites drive the built programs and print TAP; those without a browser run once more under
# the sanitizers.  What takes longest begins first, so that no core waits for it in the end.
SUITE = $(sort $(wildcard test/suite/*.test.mjs))
E2E = $(filter-out $(LONGEST),$(sort $(wildcard test/e2e/*.test.mjs)))
LONGEST = test/e2e/pages.test.mjs
# They mostly wait for time to pass, or for the one mail server a machine may have.
WAITING = $(patsubst %,test/suite/%.test.mjs,hunt_case document serve notify) \
	$(patsubst %,$(B)/test/test_%,http_listener mail paper probe work worker)

# NAME=COMMAND of each: a suite, a fuzz target with its corpus, a unit test.
run = $(if $(filter %.mjs,$1),KHIEN_BUILD=$2 node --test-reporter=tap $1,$(1:$(B)/%=$2/%)$(if \
	$(filter $(B)/fuzz/%,$1), test/fuzz/corpus/$(notdir $1)))
browser = $(foreach t,$1,"$(notdir $t) (browser)=$(call run,$t,$(B))")
plain = $(foreach t,$1,"$(notdir $t)=$(call run,$t,$(B))")
sanitized = $(foreach t,$1,"$(notdir $t) (sanitizers)=$(call run,$t,$(SAN_B))")

test/node_modules/.package-lock.json: test/package-lock.json
	@npm ci --prefix test --silent --no-audit --no-fund
	@touch $@

# The long ones: more rounds of every fault, every fuzzer for minutes.
test-long: all test/node_modules/.package-lock.json
	@tools/run-tests "kill -9, 200 rounds=KHIEN_BUILD=$(B) KHIEN_ROUNDS=200 node --test-reporter=tap test/suite/kill.test.mjs" \
	  "fuzzers, a minute each=tools/fuzz-long 60"

bench: all
	@for b in $(sort $(wildcard test/perf/*.sh)); do KHIEN_BUILD=$(B) $$b; done

# Pictures of the main pages, to be looked at; refreshes those of README.md.
screenshots: web all test/node_modules/.package-lock.json
	@KHIEN_BUILD=$(B) node test/e2e/screenshots.mjs

.PHONY: test-long
