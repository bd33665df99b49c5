#!/bin/sh
# Writes its own and its child's process id to $1, says so, and stays.
set -eu
sleep 60 &
printf '%s %s\n' "$(sh -c 'echo "$PPID"')" "$!" >"$1.part"
mv "$1.part" "$1"
echo started
wait
echo finished >"$1.finished"
