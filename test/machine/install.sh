#!/bin/sh
# Installs Debian packages without letting a service that they bring start on this machine: the tests start their own.
# Usage: install.sh <package>...
set -eu

policy=/usr/sbin/policy-rc.d
kept=$policy.before-umpire-lab

export DEBIAN_FRONTEND=noninteractive LC_ALL=C

# invoke-rc.d asks policy-rc.d, and 101 means "action forbidden". Name and mark are those of the lab's own installation
# (../lab/host/install.sh), so that each takes away what the other left when it was killed.
deny_services() {
  if [ -e "$policy" ] && ! grep -qs '^# umpire-lab$' "$policy"; then mv "$policy" "$kept"; fi
  printf '#!/bin/sh\n# umpire-lab\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

allow_services() {
  rm -f "$policy"
  if [ -e "$kept" ]; then mv "$kept" "$policy"; fi
}

echo "installing: $*"
apt-get update -qq
trap allow_services EXIT
trap 'exit 130' INT TERM
deny_services
# apt tells of every package that it unpacks; that is of interest only where it fails.
log=$(mktemp)
if ! apt-get install -y -qq --no-install-recommends "$@" >"$log" 2>&1; then
  tail -n 30 "$log" >&2
  rm -f "$log"
  exit 1
fi
rm -f "$log"
