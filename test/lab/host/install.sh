#!/bin/sh
# Brings the lab's Debian packages onto this machine, and Debian's own .debs of the packages that bare hosts install
# themselves into a small repository. Does nothing, quickly, when everything is there.
# Usage: install.sh <cache directory>
set -eu

cache=$1
needed='apt-utils corosync corosync-qdevice corosync-qnetd dbus iproute2 libfaketime libnss3-tools nftables openssh-client
openssh-server procps python3 sudo systemd systemd-sysv util-linux'
offered='corosync corosync-qdevice corosync-qnetd libnss3-tools'
policy=/usr/sbin/policy-rc.d
kept=$policy.before-umpire-lab

export DEBIAN_FRONTEND=noninteractive LC_ALL=C

installed_version() {
  dpkg-query --show --showformat='${db:Status-Abbrev}${Version}' "$1" 2>/dev/null | sed -n 's/^ii *//p'
}

# The packages to offer, in the versions that the machine has: what a bare host installs must fit what it finds installed.
wanted() {
  for package in $offered; do
    printf '%s=%s ' "$package" "$(installed_version "$package")"
  done
}

# No service of these packages may start on the machine: invoke-rc.d asks policy-rc.d, and 101 means "action forbidden".
deny_services() {
  if [ -e "$policy" ] && [ ! -e "$kept" ]; then mv "$policy" "$kept"; fi
  printf '#!/bin/sh\n# umpire-lab\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

allow_services() {
  rm -f "$policy"
  if [ -e "$kept" ]; then mv "$kept" "$policy"; fi
}

missing=
for package in $needed; do
  [ -n "$(installed_version "$package")" ] || missing="$missing $package"
done
if [ -e "$kept" ] || grep -qs '^# umpire-lab$' "$policy"; then allow_services; fi # a former run was killed
if [ -z "$missing" ] && [ "$(cat "$cache/complete" 2>/dev/null)" = "$(wanted)" ]; then exit 0; fi

echo "installing:${missing:- nothing is missing}"
apt-get update -qq
trap allow_services EXIT
trap 'exit 130' INT TERM
deny_services
# The offered ones as well: apt brings them to the version that can be downloaded.
# shellcheck disable=SC2086 # lists of package names
apt-get install -y -qq --no-install-recommends $missing $offered
allow_services
trap - EXIT

echo "downloading: $(wanted)"
rm -rf "$cache"
mkdir -p "$cache"
cd "$cache"
# shellcheck disable=SC2046 # a list of package=version
apt-get download -qq -o APT::Sandbox::User=root $(wanted)
apt-ftparchive packages . >Packages
gzip --keep Packages
apt-ftparchive release . >Release.new
mv Release.new Release
wanted >complete
