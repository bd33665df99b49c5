# shellcheck shell=sh
# Takes away packages that an onboarding brought, unless something else has come to need them. Arguments: PACKAGE…
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
# shellcheck disable=SC2016 # the braces are dpkg-query's, not the shell's
there=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p')
[ -n "$there" ] || exit 0
# shellcheck disable=SC2086 # one word a package
would=$(apt-get -s -o DPkg::Lock::Timeout=30 purge $there) || refuse packages_unavailable 'apt-get cannot tell what a purge would take'
other=$(printf '%s\n' "$would" | awk '/^(Purg|Remv) / { print $2 }' | while read -r name; do
  case " $(printf '%s ' "$@")" in *" $name "*) ;; *) printf '%s ' "$name" ;; esac
done)
[ -z "$other" ] || refuse packages_needed "a purge would also take $other"
# shellcheck disable=SC2086 # one word a package
apt-get -q -y -o DPkg::Lock::Timeout=30 purge $there >&2 || refuse packages_unavailable 'apt-get purge failed'
