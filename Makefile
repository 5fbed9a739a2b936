# make test   everything that must hold before a change lands; as root on Debian it installs what is missing
# make check  the same without the tests: formatting, vet, staticcheck, module file, generated files
# make bench  benchmarks of every package
# make build  the binary
# make vulns  known vulnerabilities of what is called; asks vuln.go.dev, and so is no part of make test

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)

.PHONY: build test check bench vulns peers

build:
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o slamon ./cmd/slamon

test: peers check
	go test -race -shuffle=on -timeout 20m ./...

check:
	@test -z "$$(gofmt -l . | tee /dev/stderr)" || { echo 'make: run gofmt -w on the files above' >&2; exit 1; }
	go vet ./...
	go tool staticcheck ./...
	go mod tidy -diff
	go mod verify
	go test -run TestGenerated ./deploy/grafana

bench:
	go test -run '^$$' -bench . -benchmem ./...

vulns:
	go run golang.org/x/vuln/cmd/govulncheck@v1.1.4 ./...

# The programs that tests hold slamon against. Elsewhere than on a Debian
# machine as root, tests whose program is absent skip by name.
peers:
	@sh .ci/peers
