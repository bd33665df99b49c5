# shellcheck shell=sh
# Waits until this node has a configuration and corosync runs it. Arguments: SHA256 CONFIG-VERSION SECONDS. Changes nothing.
until=$(($(date +%s) + $3))
while :; do
  if [ "$(sha256sum </etc/corosync/corosync.conf | cut -d ' ' -f 1)" = "$1" ] &&
    corosync-cmapctl -g totem.config_version 2>/dev/null | grep -q "= $2\$"; then exit 0; fi
  [ "$(date +%s)" -lt "$until" ] || break
  sleep 0.1
done
printf 'umpire: config_not_running: corosync does not run configuration version %s\n' "$2" >&2
exit 70
