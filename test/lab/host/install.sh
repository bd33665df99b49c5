#!/bin/sh
# Brings the lab's Debian packages onto this machine, and Debian's own .debs of the packages that bare hosts install
# themselves into a small repository. Does nothing, quickly, when everything is there.
# Usage: install.sh <cache directory>
set -eu

cache=$1
needed='apt-utils attr corosync corosync-qdevice corosync-qnetd iproute2 libfaketime libnss3-tools nftables openssh-client
openssh-server procps python3-minimal sudo systemd systemd-sysv util-linux'
offered='corosync corosync-qdevice corosync-qnetd libnss3-tools'
policy=/usr/sbin/policy-rc.d
kept=$policy.before-umpire-lab

export DEBIAN_FRONTEND=noninteractive LC_ALL=C

installed_version() {
  dpkg-query --show --showformat='${db:Status-Abbrev}${Version}' "$1" 2>/dev/null | sed -n 's/^ii *//p'
}

missing=
for package in $needed; do
  [ -n "$(installed_version "$package")" ] || missing="$missing $package"
done

# No service of these packages may start on the machine: invoke-rc.d asks policy-rc.d, and 101 means "action forbidden".
deny_services() {
  if [ -e "$policy" ] && [ ! -e "$kept" ]; then mv "$policy" "$kept"; fi
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

allow_services() {
  rm -f "$policy"
  if [ -e "$kept" ]; then mv "$kept" "$policy"; fi
}

updated=
update_lists() {
  [ -n "$updated" ] || apt-get update -qq
  updated=yes
}

if [ -e "$kept" ]; then allow_services; fi
if [ -n "$missing" ]; then
  echo "installing:$missing"
  update_lists
  trap allow_services EXIT
  trap 'exit 130' INT TERM
  deny_services
  # shellcheck disable=SC2086 # a list of package names
  apt-get install -y -qq --no-install-recommends $missing
  allow_services
  trap - EXIT
fi

wanted=
for package in $offered; do
  wanted="$wanted $package=$(installed_version "$package")"
done
if [ "$(cat "$cache/complete" 2>/dev/null)" != "$wanted" ]; then
  echo "downloading:$wanted"
  update_lists
  rm -rf "$cache"
  mkdir -p "$cache"
  cd "$cache"
  # shellcheck disable=SC2086 # a list of package=version
  apt-get download -qq -o APT::Sandbox::User=root $wanted
  apt-ftparchive packages . >Packages
  gzip --keep Packages
  apt-ftparchive release . >Release.new
  mv Release.new Release
  echo "$wanted" >complete
fi
