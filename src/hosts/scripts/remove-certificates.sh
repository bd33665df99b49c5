# shellcheck shell=sh
# Takes away what request-key.sh and install-certificates.sh made, and puts back what was there. Arguments: STAGE LIVE
stage=$1
live=$2
rm -f "$live.new-umpire"
present() { [ -e "$1" ] || [ -L "$1" ]; }
# What stood there before comes back in one rename where it was a link, after ours where it was a directory.
if [ -L "$stage.before" ] && [ "$(readlink "$live")" = "$(basename "$stage")" ]; then mv -T "$stage.before" "$live"; fi
if [ "$(readlink "$live")" = "$(basename "$stage")" ]; then rm -f "$live"; fi
if present "$stage.before" && ! present "$live"; then mv -T "$stage.before" "$live"; fi
rm -rf "$stage"
# Directories that only this brought go as well, where nothing else is in them.
case $live in /etc/corosync/qdevice/net/*) rmdir /etc/corosync/qdevice/net /etc/corosync/qdevice 2>/dev/null || true ;; esac
