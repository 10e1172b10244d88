#!/usr/bin/env bash
# The documentation's pages into build/site, to be read from there: every plugin and role, and every document. Then they
# are looked at: links, and a browser (tests/site_tests). What makes them stays in .venv/site for the next run.
set -euo pipefail
. "$(dirname "$0")/common.sh"
place=$ROOT/.venv/site
source=$ROOT/build/site-source

# The packages of .venv are those of this environment, behind its own.
make_environment() {
  cat tools/site/requirements.txt requirements-dev.txt | cmp --silent - "$place/pins.txt" && return
  rm -rf "$place"
  python -m venv --without-pip "$place"
  python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
    >"$("$place/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/ucops_rollout.pth"
  "$place/bin/python" -m pip install --quiet --disable-pip-version-check --no-warn-conflicts -r tools/site/requirements.txt
  cat tools/site/requirements.txt requirements-dev.txt >"$place/pins.txt"
}

make_environment
export PATH="$place/bin:$PATH"
collection_elsewhere

echo "--- antsibull-docs lint-collection-docs"
antsibull-docs lint-collection-docs --plugin-docs --check-extra-docs-refs --validate-collection-refs=all "$TREE"

echo "--- pages"
rm -rf "$source" build/site
mkdir -p "$source/_static"
mkdir -m 755 "$source/reference"
antsibull-docs collection --use-current --squash-hierarchy --fail-on-error --dest-dir "$source/reference" ucops.rollout
cp -r "$TREE"/{README,CONTRIBUTING,SECURITY}.md "$TREE"/{docs,examples,galaxy.yml} "$source/"
rm -r "$source/docs/docsite"
cp CHANGELOG.md "$source/" 2>/dev/null || printf '# Changes\n\nNothing has been released yet.\n' >"$source/CHANGELOG.md"
cp tools/site/{conf.py,site_links.py,index.md} "$source/"
cp tools/site/site.css "$source/_static/"
sphinx-build --builder html --jobs 2 --fail-on-warning --keep-going --quiet \
  --doctree-dir build/site-doctrees "$source" build/site
echo "build/site/index.html: $(find build/site -name '*.html' | wc -l) pages"

echo "--- links and browser"
python -m pytest -q -n 0 tests/site_tests "$@"
