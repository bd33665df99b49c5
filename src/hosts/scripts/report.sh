# shellcheck shell=sh disable=SC2034
# Stands before every script that only looks. First argument: a nonce that no output can hold by chance or by intent.
nonce=$1
shift
# /run is root's own, so a name by the process id meets nobody else's file. All of it goes out at the end at once: each little write
# would be a packet of its own, which costs more than the writing.
out=/run/umpire-look.$$
errors=$out.errors
exec 4>&1 >"$out"
trap 'cat "$out" >&4; rm -f "$out" "$errors"' EXIT

# Runs a command and frames what it printed: its standard output, its exit code, its standard error. The last frame says
# that all of it arrived. Every process that a look starts costs a node a millisecond or two: where the shell can do it, it does.
section() {
  name=$1
  shift
  printf -- '--%s out %s\n' "$nonce" "$name"
  "$@" 2>"$errors"
  printf '\n--%s err %s %s\n' "$nonce" "$name" "$?"
  if [ -s "$errors" ]; then cat "$errors"; fi
  printf '\n--%s end %s\n' "$nonce" "$name"
}

machine() {
  read -r id </etc/machine-id && echo "$id"
}

# Name, state and version of those of the named packages that dpkg knows; dpkg-query takes thrice as long for the same.
packages() {
  awk -v wanted=" $* " '
    /^Package: / { name = $2 }
    /^Status: / { state = $4 }
    /^Version: / { if (index(wanted, " " name " ")) print name, state, $2 }' /var/lib/dpkg/status
}
