#!/bin/sh
# Prints each argument and the payload on lines of their own, and exits with 7.
set -eu
for argument in "$@"; do
  printf 'argument=%s\n' "$argument"
done
printf 'payload=%s\n' "${PAYLOAD_TEXT-}"
printf 'user=%s\n' "$(id -u)"
if read -r line; then printf 'input=%s\n' "$line"; else echo 'input ends'; fi
exit 7
