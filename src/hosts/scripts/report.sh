# shellcheck shell=sh disable=SC2034
# Stands before every script that only looks. First argument: a nonce that no output can hold by chance or by intent.
nonce=$1
shift
errors=$(mktemp "/run/umpire-look.XXXXXX")
trap 'rm -f "$errors"' EXIT

# Runs a command and frames what it printed: its standard output, its exit code, its standard error. The last frame says
# that all of it arrived.
section() {
  name=$1
  shift
  printf -- '--%s out %s\n' "$nonce" "$name"
  "$@" 2>"$errors"
  printf '\n--%s err %s %s\n' "$nonce" "$name" "$?"
  cat "$errors"
  printf '\n--%s end %s\n' "$nonce" "$name"
}
