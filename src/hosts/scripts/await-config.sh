# shellcheck shell=sh
# Waits until this node has a configuration and corosync runs it. Arguments: SHA256 CONFIG-VERSION SECONDS. Changes nothing.
runs_it() {
  [ "$(sha256sum </etc/corosync/corosync.conf)" = "$1  -" ] || return 1
  case $(corosync-cmapctl -g totem.config_version 2>/dev/null) in *" = $2") return 0 ;; *) return 1 ;; esac
}
tries=$(($3 * 8))
until runs_it "$1" "$2"; do
  tries=$((tries - 1))
  if [ "$tries" -le 0 ]; then
    printf 'umpire: config_not_running: corosync does not run configuration version %s\n' "$2" >&2
    exit 70
  fi
  sleep 0.1
done
