# shellcheck shell=sh
# Has corosync read its configuration on all nodes. Arguments: SHA256 CONFIG-VERSION VOTES RESTORE-TIMER (its name, or -)
[ "$(sha256sum </etc/corosync/corosync.conf)" = "$1  -" ] || refuse config_changed 'corosync.conf is not what it should be'
case $(corosync-cmapctl -g totem.config_version 2>/dev/null) in *" = $2") exit 0 ;; esac
# Without the timer that takes the change back nothing is reloaded, nor once it may have begun to.
if [ "$4" != - ]; then
  read -r deadline <"/var/lib/umpire/$4/deadline" || refuse restore_not_armed 'the timer that would take the change back is gone'
  [ "$(date +%s)" -lt "$deadline" ] || refuse restore_due 'the time to reload is over: the configuration is being taken back'
fi
demand_votes "$3"
corosync-cfgtool -R >&2 || refuse reload_failed 'corosync-cfgtool -R failed'
