# Two commands are enough on a fresh Debian or Ubuntu with Python 3.11+, make and git: `make demo` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo serve test check fix lock simulate kills saves faces drill sandbox-alone bench bench-matching screenshots words runtime dev
.PHONY: bad-answers fuzz histories late-creates school-year planted

COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --no-emit-index-url --no-emit-find-links

help: ## this list
	@awk -F ":.*## " '/^[a-z-]+:.*## / {printf "make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: runtime ## play the main job against a local Aeries, then keep serving; ONESHOT=1 ends after the play; PORT=n
	@exec .venv/bin/twinbook demo $(if $(filter-out 0,$(ONESHOT)),--oneshot) $(if $(PORT),--port $(PORT))

serve: runtime ## run this installation; PORT=n
	@exec .venv/bin/twinbook serve $(if $(PORT),--port $(PORT))

test: dev ## format, linter, types, import contract and all tests, with one closing summary
	@scripts/check --tests

check: dev ## the same without the tests
	@scripts/check

fix: dev ## format, and correct what the linter can correct
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format .

lock: dev ## write the locked versions anew; UPGRADE=1 takes the newest
	@$(COMPILE) $(if $(UPGRADE),--upgrade) scripts/bootstrap.in -o scripts/bootstrap.txt
	@$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml -o requirements.txt
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

simulate: dev ## histories of the real services with crashes, faults and people, judged from outside; N=n, SEED=first, EVENTS=n
	@SIMULATE_N=$(or $(N),200) SIMULATE_SEED=$(or $(SEED),1) SIMULATE_EVENTS=$(or $(EVENTS),40) \
	  .venv/bin/pytest tests/services -q -n 2 --dist worksteal

saves: dev ## concurrent saves of eight clients into four classes with workers running; N=n
	@SAVES_N=$(or $(N),10000) .venv/bin/pytest tests/services/test_many_saves.py -q

kills: dev ## kill -9 of worker, web process, database and Aeries while people type; N=rounds, SEED=n
	@exec .venv/bin/python -m scripts.kills --rounds $(or $(N),100) --seed $(or $(SEED),1)

faces: dev ## the long storms and disguises under all five faces of Aeries; SEEDS=n, FIRST=n, FACE=name
	@FACES=long $(if $(SEEDS),FACES_SEEDS=$(SEEDS)) $(if $(FIRST),FACES_FIRST_SEED=$(FIRST)) \
	  .venv/bin/pytest tests/faces -q -n 2 --dist worksteal $(if $(FACE),-k $(FACE))

fuzz: dev ## the planner on small perturbed cases, ten million of them (a night); N=n, SEED=n, JOBS=n
	@.venv/bin/python -m scripts.simulate fuzz -n $(or $(N),10000000) --seed $(or $(SEED),0) $(if $(JOBS),--jobs $(JOBS))

late-creates: dev ## creates in Aeries that land 0 to 120 s late, a hundred thousand; N=n, SEED=n, JOBS=n
	@.venv/bin/python -m scripts.simulate late-creates -n $(or $(N),100000) --seed $(or $(SEED),0) $(if $(JOBS),--jobs $(JOBS))

school-year: dev ## 180 days of five classes under all faults, judged week by week; N=years, SEED=n
	@.venv/bin/python -m scripts.simulate school-year -n $(or $(N),1) --seed $(or $(SEED),0)

planted: dev ## plant each fault of tests/planted in a copy and see whether the everyday tests notice; ONLY=name, NARROW=1
	@.venv/bin/python -m scripts.planted $(if $(ONLY),--only $(ONLY)) $(if $(filter-out 0,$(NARROW)),--narrow)

histories: dev ## whole histories of one class from seeds, judged; N=10000, SEED=n plays from there, JOBS=2
	@.venv/bin/python -m scripts.simulate histories -n $(or $(N),10000) --seed $(or $(SEED),0) $(if $(JOBS),--jobs $(JOBS))

drill: dev ## rehearse upgrade, backup, loss, restore and confirmation with real programs
	@exec .venv/bin/python -m scripts.drill

bad-answers: dev ## every bad answer of the corpus in the place of every reading of the product
	@BAD_ANSWERS=every .venv/bin/pytest tests/faces/test_bad_answers.py tests/aeries/test_bad_answers.py -q -n 2 --dist worksteal

sandbox-alone: dev ## install the Aeries sandbox alone into a new environment, as others would, and ask it
	@scripts/sandbox-alone

bench: dev ## measure the promises of speed beside a bare client; results in benchmarks/results
	@exec .venv/bin/python -m benchmarks

bench-matching: dev ## measure the proposals of pairs
	@exec .venv/bin/python benchmarks/matching.py

screenshots: dev ## pictures of the pages for README and docs, into docs/pictures
	@exec .venv/bin/python -m scripts.screenshots

words: dev ## collect the texts of the pages for translators: LANGUAGE=es
	@mkdir -p src/twinbook/locale && cd src/twinbook && for domain in django djangojs; do \
	  DJANGO_SETTINGS_MODULE=twinbook.settings ../../.venv/bin/django-admin makemessages --locale $(or $(LANGUAGE),en) \
	    --domain $$domain --no-wrap --add-location file || exit 1; done

runtime:
	@scripts/install runtime

dev:
	@scripts/install dev
	@scripts/install-browser
