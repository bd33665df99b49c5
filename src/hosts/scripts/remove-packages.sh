# shellcheck shell=sh
# Takes away the packages that install-packages.sh brought. Arguments: RECORD
record=$1
[ -e "$record" ] || exit 0
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
# shellcheck disable=SC2016 # the braces are dpkg-query's, not the shell's
brought=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort | comm -13 "$record" -)
if [ -n "$brought" ]; then
  # shellcheck disable=SC2086 # one word a package
  apt-get -q -y -o DPkg::Lock::Timeout=30 purge $brought >&2 || refuse packages_unavailable 'apt-get purge failed'
fi
rm -f "$record" "$record.new"
rmdir /var/lib/umpire 2>/dev/null || true
