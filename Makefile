# Everything a person needs: `make run` sends the sample campaign, `make test` proves the engine.

SWIFT ?= swift
JOBS ?= 2
RUN := run

.PHONY: run test simulate exhaustive mutants crash-images storm incidents fuzz fuzz-short bench guard format lint docs clean deps test-deps

# LMDB and pkg-config are the only things besides Swift that the engine needs.
deps:
	@pkg-config --exists lmdb 2>/dev/null || ./.ci/install liblmdb-dev pkg-config

# The tests also want real servers.
test-deps: deps
	@./.ci/servers
	@command -v python3 >/dev/null 2>&1 || ./.ci/install python3-minimal
	@command -v openssl >/dev/null 2>&1 || ./.ci/install openssl

# The sample campaign of 10,000 recipients, from list to drop directory, twice: the second run finds nothing to do.
run: deps
	$(SWIFT) build -c release --product campaign -j $(JOBS)
	@mkdir -p $(RUN)
	@cp -r Fixtures/SampleCampaign/. $(RUN)/
	.build/release/campaign run $(RUN)/campaign.yaml --skip-invalid
	.build/release/campaign status --journal $(RUN)/campaign.journal
	.build/release/campaign audit --journal $(RUN)/campaign.journal
	@echo "The messages are in $(RUN)/outbox, the journal is $(RUN)/campaign.journal."

test: test-deps
	$(SWIFT) build --build-tests -j $(JOBS)
	SWIFT="$(SWIFT)" .ci/test

# The engine in simulated worlds: `make simulate SEEDS=1000000`, `make simulate FIRST=42 SEEDS=1`.
SEEDS := 20000
FIRST :=
simulate: deps
	$(SWIFT) build -c release --product simulate -j $(JOBS)
	.build/release/simulate --seeds $(SEEDS) $(if $(FIRST),--first $(FIRST)) \
		$(if $(shell [ $(SEEDS) -ge 20000 ] && echo all),--require-marks)
	.build/release/simulate seeds Fixtures/Seeds

# Every way through small worlds, not a sample.
exhaustive: deps
	$(SWIFT) build -c release --product simulate -j $(JOBS)
	.build/release/simulate exhaustive

# Bugs planted on purpose: the simulator must find each of them.
mutants: deps
	CAMPAIGN_MUTANTS=1 $(SWIFT) build -c release --scratch-path .build-mutants --product simulate -j $(JOBS)
	.build-mutants/release/simulate mutants

# What a power cut may leave of the journal, opened one by one; `make test` looks at a slice of it.
crash-images: deps
	$(SWIFT) build -c release --product crash-images -j $(JOBS)
	.build/release/crash-images --recipients 200 --sample 32 --jobs $(JOBS)

# Searches for input that breaks a reader of outside input; `make fuzz SECONDS=60 TARGETS="csv reply"`.
SECONDS := 600
TARGETS :=
fuzz: deps
	.ci/fuzz seconds $(SECONDS) $(TARGETS)

# The same with a fixed seed and few inputs: less than a minute, besides the build.
fuzz-short: deps
	.ci/fuzz runs 20000

# Real processes under seeded misfortune, released programs: SEED is the first one (any, when empty), COUNT how many.
SEED ?=
COUNT ?= 20
storm: test-deps released
	STORM_SEED=$(SEED) STORM_COUNT=$(COUNT) $(RELEASED) $(SWIFT) test --skip-build --filter StormTests

# The incidents of other systems with their historical numbers.
incidents: test-deps released
	$(SWIFT) build -c release --product simulate -j $(JOBS)
	.build/release/simulate incident
	INCIDENT_SCALE=1 $(RELEASED) $(SWIFT) test --skip-build --filter IncidentTests

RELEASED = CAMPAIGN_BINARY=$(CURDIR)/.build/release/campaign \
	RECORDING_SMTP_SERVER_BINARY=$(CURDIR)/.build/release/recording-smtp-server

.PHONY: released
released:
	$(SWIFT) build -c release --product campaign -j $(JOBS)
	$(SWIFT) build -c release --product recording-smtp-server -j $(JOBS)
	$(SWIFT) build --build-tests -j $(JOBS)

bench: test-deps
	@command -v mdb_stat >/dev/null 2>&1 || ./.ci/install lmdb-utils
	@[ -e /usr/include/sqlite3.h ] || ./.ci/install libsqlite3-dev
	@command -v cc >/dev/null 2>&1 || command -v clang >/dev/null 2>&1 || ./.ci/install gcc
	for product in campaign campaign-bench CampaignLogProbe; do \
		$(SWIFT) build -c release --product $$product -j $(JOBS) || exit 1; \
	done
	bench/run

# Instructions and allocations per message and per event, against bench/guard.json.
guard: deps
	@command -v valgrind >/dev/null 2>&1 || ./.ci/install valgrind libc6-dbg
	@command -v python3 >/dev/null 2>&1 || ./.ci/install python3-minimal
	$(SWIFT) build -c release --product campaign-bench -j $(JOBS)
	bench/guard

format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests bench

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests bench
	.ci/house

# The library's reference, from the sources' own comments, into .build/docs.
docs: deps
	$(SWIFT) build --target CampaignEngine -j $(JOBS)
	.ci/docs

clean:
	rm -rf .build $(RUN)
