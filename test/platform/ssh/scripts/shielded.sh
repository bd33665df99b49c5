#!/bin/sh
# A stretch of work that must not be cut in two: from begun to finished SIGTERM is ignored.
set -eu
trap '' TERM
echo begun >"$1"
sleep 1
echo finished >"$1"
trap - TERM
sleep 60
echo beyond >"$1"
