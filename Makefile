# Twinning: the two commands are `make run` and `make test`; `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test bench e2e contract check deny build assets reference tools postgres browser smtp clean

help: ## List the targets
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

assets: web/dist/manifest.json ## Build style sheet, script and icons

web/dist/manifest.json: web/package-lock.json web/build.mjs $(wildcard web/assets/*/*)
	@command -v npm >/dev/null || { echo "Node.js 20 or newer with npm is missing."; exit 1; }
	cd web && npm ci --ignore-scripts --no-audit --no-fund && node build.mjs

run: assets ## Build, load the demo once and serve on http://127.0.0.1:8080
	cargo build --locked -p twinning-web
	TWINNING_ENV=development ./target/debug/twinning seed demo
	TWINNING_ENV=development ./target/debug/twinning serve

build: assets ## One release binary with all assets inside
	cargo build --locked --release -p twinning-web

tools:
	@cargo nextest --version >/dev/null 2>&1 || cargo install cargo-nextest --locked

postgres:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null; \
	  else echo "PostgreSQL's server binaries are missing: install the package postgresql."; exit 1; fi; }

browser:
	@command -v chromium chromium-browser google-chrome >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	  else echo "Chromium is missing: install the package chromium."; exit 1; fi; }

smtp: ## Get the mail server that tests send to
	@[ -x target/smtp/bin/python ] || { mkdir -p target; python3 -m venv target/smtp 2>/dev/null || { \
	  rm -rf target/smtp; \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null && python3 -m venv target/smtp; \
	  else echo "Python's venv is missing: install the package python3-venv."; exit 1; fi; }; }
	@target/smtp/bin/python -c 'import aiosmtpd' 2>/dev/null || target/smtp/bin/pip install -q 'aiosmtpd==1.4.6'

test: assets tools postgres browser smtp ## Run every test: unit, API on SQLite and PostgreSQL, pages, browser
	api/tests/with-postgres.sh cargo nextest run --locked --workspace --no-fail-fast
	$(MAKE) e2e

e2e: assets browser ## Walk the portal in a real browser
	cargo build --locked --workspace
	cd web && npm run --silent e2e

bench: assets ## Measure requests against bare handlers, downloads, memory and start (release build)
	cargo bench --locked -p twinning-web --bench requests

check: assets deny ## Format, lints, licences and sources, reference documents
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo deny --locked check licenses bans sources
	cd web && npx --no-install redocly lint ../docs/reference/openapi.json
	$(MAKE) reference
	git diff --exit-code -- docs/reference docs/errors.md

deny:
	@cargo deny --version >/dev/null 2>&1 || cargo install cargo-deny --locked

contract: assets ## Send generated requests to a running server and hold its answers to the document
	cargo build --locked --workspace
	@[ -x target/schemathesis/bin/schemathesis ] || { python3 -m venv target/schemathesis && target/schemathesis/bin/pip install -q schemathesis; }
	api/tests/with-server.sh api/tests/contract.sh

reference: assets ## Print the reference documents again
	cargo build --locked -p twinning-web
	mkdir -p docs/reference
	./target/debug/twinning print openapi > docs/reference/openapi.json
	./target/debug/twinning print settings > docs/reference/settings.md
	./target/debug/twinning print permissions > docs/reference/permissions.md
	./target/debug/twinning print errors > docs/errors.md

clean: ## Remove what was built
	cargo clean
	rm -rf web/dist web/node_modules
