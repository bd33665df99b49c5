# shellcheck shell=sh
# Installs Debian packages and remembers which ones came with them. Arguments: RECORD PACKAGE…
# RECORD keeps the packages that were there before, so that a repeated run still knows which ones it brought.
record=$1
shift
installed() {
  # shellcheck disable=SC2016 # the braces are dpkg-query's, not the shell's
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort
}
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
if [ ! -e "$record" ]; then
  mkdir -p "$(dirname "$record")"
  installed >"$record.new" && mv "$record.new" "$record"
fi
apt-get -q -o DPkg::Lock::Timeout=30 update >&2 || refuse packages_unavailable 'apt-get update failed'
apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=30 -o Dpkg::Options::=--force-confold install "$@" >&2 ||
  refuse packages_unavailable 'apt-get install failed'
installed | comm -13 "$record" -
