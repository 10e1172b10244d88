#!/usr/bin/env bash
# An execution environment as examples/execution-environment describes it, from the artifact, and a rollout from there.
# ansible-builder makes the Containerfile; as no container runtime is asked for, tools/containerfile.py carries it out in a
# Debian root that mmdebstrap makes in place of the base image. Needs root.
set -euo pipefail
. "$(dirname "$0")/common.sh"
# CI leaves nothing out.
left_out() {
  echo "environment: left out, $1" >&2
  [ -z "${CI:-}" ] || exit 2
  exit 0
}
command -v mmdebstrap >/dev/null || left_out "mmdebstrap is missing; install the packages of bindep.txt"
[ "$(id -u)" -eq 0 ] || left_out "chroot needs root"

place=$(mktemp -d)
trap 'rm -rf --one-file-system "$place"' EXIT
cp -r examples/execution-environment "$place/definition"
cp "$(tools/build.sh)" "$place/definition/ucops-rollout.tar.gz"
(cd "$place/definition" && ansible-builder create --output-filename Containerfile)

# The base image's tag is the suite: debian:trixie-slim.
suite=$(sed -n 's/^ARG EE_BASE_IMAGE=.*debian:\([a-z]*\)-slim.*/\1/p' "$place/definition/context/Containerfile")
mmdebstrap --quiet --variant=minbase --include=ca-certificates --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  "$suite" "$place/base"
# Nothing here has to outlive a power failure.
echo force-unsafe-io >"$place/base/etc/dpkg/dpkg.cfg.d/unsafe"
# How packages are reached from this machine; the image of a site has its own way. Paths of this machine mean nothing inside.
{
  python -c 'import sys; sys.path.insert(0, "tools"); import sanity_home; print(sanity_home.pip_settings())' |
    sed -e '/= *\(file:\)\?\//d' -e '/^no-compile/d'
  echo "cert = /etc/ssl/certs/ca-certificates.crt"
} >"$place/base/etc/pip.conf"
cp -L /etc/resolv.conf "$place/base/etc/resolv.conf"
cat /etc/ssl/certs/ca-certificates.crt >"$place/base/etc/ssl/certs/ca-certificates.crt"

python tools/containerfile.py "$place/definition/context" "$place/base" "$place/stages"
PYTHONPATH=tools UCOPS_ENVIRONMENT=$place/stages/stage.json tools/pytest.sh -q -p no:cacheprovider tests/integration/in_environment.py
