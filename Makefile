# make help lists the targets.
.DEFAULT_GOAL := help
.PHONY: help check check-long build test lint docs bench night e2e cover cross clean

GOLANGCI_LINT := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
COVERAGE_GOAL := 85

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' Makefile

check: test race lint docs cover ## all that a change must pass, but for e2e and the cross-builds

check-long: ## a simulated day, and a minute of fuzzing for each parser of what others wrote
	sh testdata/long/run

build: ## the program, as bin/gmailoauth
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/gmailoauth ./cmd/gmailoauth

test: ## every test that needs Go alone
	go test -timeout 30m $(TESTFLAGS) ./...

race: ## the same, under the race detector (needs a C compiler)
	go test -timeout 30m -race ./internal/... ./cmd/...

lint: ## gofmt, go vet and golangci-lint with the house rules
	@test -z "$$(gofmt -l cmd internal)" || { gofmt -l cmd internal; echo "run gofmt -w on these"; exit 1; }
	go vet ./... && go vet -tags e2e ./internal/e2e ./testdata/bench
	$(GOLANGCI_LINT) run ./...

docs: ## write the generated pages again, and fail if that changed them
	go test ./cmd/gmailoauth -run '^TestReference' -update
	@if command -v chromium >/dev/null 2>&1; then \
		$(MAKE) --no-print-directory build && go test -count=1 -tags e2e ./internal/e2e -run '^TestPictureOfTheGuide$$' -update; \
	else echo "docs/pictures/guide.png is left as it is: chromium is not installed"; fi
	git diff --exit-code -- docs/reference docs/guides docs/pictures

bench: ## the figures of docs/benchmarks.md, as ratios in one run
	sh testdata/bench/run

night: build ## a night over 10,000 mailboxes, 3 % of them with one of thirty faults: exactly those must be told, each as what it is
	go run ./testdata/bench/fleet -night

e2e: build ## Dovecot, Postfix, GNOME Keyring, a dozen mail programs and Chromium against the program as built; installs them with apt-get when missing
	sh testdata/e2e/run

cover: ## coverage of internal/, which must not fall below the goal
	go test -count=1 -coverprofile=coverage.out -coverpkg=./internal/... ./internal/... >/dev/null
	@go tool cover -func=coverage.out | awk -v goal=$(COVERAGE_GOAL) '/^total:/ {sub("%","",$$3); print "coverage of internal/: " $$3 " %"; exit ($$3+0 < goal+0)}'

cross: ## build and vet for every system we ship to
	@set -e; for platform in $(PLATFORMS); do \
		echo "$$platform"; \
		CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/} go build -o /dev/null ./cmd/gmailoauth; \
		CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/} go vet ./...; \
	done

clean: ## what the targets above left
	rm -rf bin coverage.out
