# shellcheck shell=sh
# Takes away what request-key.sh and install-certificates.sh made, and puts back what was there. Arguments: STAGE LIVE
stage=$1
live=$2
rm -f "$live.new-umpire"
if [ -L "$live" ] && [ "$(readlink "$live")" = "$(basename "$stage")" ]; then rm -f "$live"; fi
if [ -e "$live.before-umpire" ] && [ ! -e "$live" ] && [ ! -L "$live" ]; then mv -T "$live.before-umpire" "$live"; fi
rm -rf "$stage"
# Directories that only this brought go as well, where nothing else is in them.
case $live in /etc/corosync/qdevice/net/*) rmdir /etc/corosync/qdevice/net /etc/corosync/qdevice 2>/dev/null || true ;; esac
