# make setup   a virtual environment in .venv with everything that the tests need
# make quick    set up, and run all experiments, small, on footprints drawn by program
# make test    set up, and run the tests (SLOW=1 also those that take long)
# make check   ruff, mypy and the floors
# make pretrain make the embedded weights anew (39 minutes on two cores)
# make speed   race against other tools, and write docs/speed.md (most of an hour on two cores)
# make pictures make the pictures of the README anew (4 minutes; needs Chromium)
# make clean   remove what was built; results/ and .venv stay

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

EMBEDDED := runners/models/embedded

.PHONY: setup quick test check pretrain speed pictures clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "$(PYTHON) is older than Python 3.11; name another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $(READY)

# Several tests at a time, a thread each; those that kill, crowd or take all threads, alone.
test: setup
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n logical --maxprocesses 4 --dist worksteal \
	    -m "not slow$(if $(SLOW), or side_by_side)"
	$(if $(SLOW),$(BIN)/python -m pytest -q -m "slow and not side_by_side" --durations 25)

quick: setup
	$(BIN)/bench run --all --quick

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Two networks at once, a thread each.
pretrain: setup
	rm -rf results/pretraining
	$(BIN)/bench run resnet18_slim -f $(EMBEDDED)/pretraining.toml & first=$$!; \
	$(BIN)/python -m runners.models.embedded.lesson results/lesson.safetensors && \
	$(BIN)/bench run vit_slim_patch8-first -f $(EMBEDDED)/pretraining.toml && \
	cp results/pretraining/vit_slim_patch8-first/0-*/model.safetensors results/first.safetensors && \
	$(BIN)/bench run vit_slim_patch8 -f $(EMBEDDED)/pretraining.toml && wait $$first
	$(BIN)/python -m runners.models.embedded.pack results/pretraining

# The peers of the race are packages of their own.
$(VENV)/.ready-speed: $(READY)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev,speed]"
	touch $@

# On photos and weights of your own: make speed FOLDER=photos WEIGHTS=vit_small_patch14_dinov2.safetensors
speed: $(VENV)/.ready-speed
	$(BIN)/python -m tests.speed $(if $(FOLDER),--folder $(FOLDER)) $(if $(WEIGHTS),--weights $(WEIGHTS))

pictures: setup
	$(BIN)/python -m docs.pictures

clean:
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -type d -prune -exec rm -rf {} +
