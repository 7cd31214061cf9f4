# `make demo` and `make test` are the two commands of the README; the rest is for maintainers.
# Both install what they miss through the system's package manager, or say what to do in one line.

CARGO ?= cargo
REAL_DATA := $(wildcard ../shared/data)
export TRABOULE_REAL_DATA ?= $(if $(REAL_DATA),$(abspath $(REAL_DATA)))

.PHONY: demo test samples web fmt bench quality soak deny

demo: ## build and serve the sample Métropole on http://127.0.0.1:8080
	@tools/need cargo cc
	$(CARGO) build --locked
	@target/debug/traboule demo

test: ## everything: Rust, web, browser
	@tools/need cargo cc nextest node apt
	tools/test

samples: ## make data-samples/ again from its generator
	$(CARGO) run --locked -p data-samples -- --scale committed --out data-samples

web: ## make web/dist again from its sources
	@tools/need node
	cd web && npm ci --no-audit --no-fund && npm run build

fmt:
	$(CARGO) fmt --all

bench: ## cutting tiles by zoom and layer kind
	$(CARGO) bench --locked --bench cut

quality: ## how well addresses are found, in the development profile: make quality ARGS="--n 200 --explain-misses 5"
	$(CARGO) bench --locked --profile dev -p geocoder --bench geocode-quality -- $(ARGS)

soak: ## what hostile texts cost, by shape, on the real addresses (or on an index: make soak ARGS="INDEX")
	$(CARGO) bench --locked -p geocoder --bench geocode-hostile -- $(ARGS)

deny: ## bans, licences and sources of the dependencies (needs cargo-deny)
	$(CARGO) deny check bans licenses sources
