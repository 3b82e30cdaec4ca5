# Every target is run.py's: `python3 run.py TARGET` does the same where make is missing.
PYTHON ?= python3

.PHONY: run setup test test-system test-sandbox test-kills bench bench-audit bench-audit-pages bench-grid lock wheel
run setup test test-system test-sandbox test-kills bench bench-audit bench-audit-pages bench-grid lock wheel:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not here: install Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) run.py $@ $(ARGS)
