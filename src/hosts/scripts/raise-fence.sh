# shellcheck shell=sh
# Changes nothing but the number that change.sh, which stands before this, has remembered.
:
