# shellcheck shell=sh
# Arms this node's own way back: a timer that restores the configuration unless disarm-restore.sh comes in time. It survives a
# reboot, and restore.sh obeys the same gate as we do. What comes after it in the same script goes on with the arguments that are left.
# Arguments: NAME SECONDS CONFIG-PATH ROLE BEFORE-SHA256 BEFORE-VERSION AFTER-SHA256 AFTER-VERSION RESTORED-SHA256
#   RESTORED-VERSION NODES VOTES DEVICE (see restore.sh)
# Payload: the text before and the one that restores it, in base64, and restore.sh.
units=/etc/systemd/system
arm() {
  name=$1
  seconds=$2
  shift 2
  home=/var/lib/umpire/$name
  case $(sha256sum <"$1") in
  "$3  -" | "$5  -") ;;
  *) refuse config_changed "$1 is not what the plan was made from: somebody else changed it" ;;
  esac
  # Armed by a run before this one.
  [ ! -e "$home/armed" ] || return 0
  mkdir -p "$home" || refuse restore_not_armed "$home cannot be made"
  printf '%s' "$PAYLOAD_BEFORE" | base64 -d >"$home/before"
  printf '%s' "$PAYLOAD_RESTORED" | base64 -d >"$home/restored"
  printf '%s\n' "$PAYLOAD_RESTORE" >"$home/restore.sh" || refuse restore_not_armed "$home/restore.sh cannot be written"
  # On a full disk a file may come out short, and would be what the node goes back to.
  for kept in "$3 before" "$7 restored"; do
    [ "$(sha256sum <"$home/${kept#* }")" = "${kept% *}  -" ] || refuse restore_not_armed "$home/${kept#* } is not what was sent"
  done
  # The others put the file in place first; the node that reloads for all of them comes when they surely have.
  late=0
  [ "$2" != reloads ] || late=90
  due=$(date -u -d "now + $((seconds + late)) seconds" '+%s %Y-%m-%d %H:%M:%S UTC')
  # Half a minute before any node begins to take the change back it is too late to reload: clocks differ by so much at most.
  echo $((${due%% *} - late - 30)) >"$home/deadline"
  about='Description=Takes an unconfirmed change of corosync.conf back (Umpire)'
  printf '%s\n' '[Unit]' "$about" '[Service]' Type=oneshot "ExecStart=/bin/sh $home/restore.sh $name $*" >"$units/$name.service" ||
    refuse restore_not_armed "$units/$name.service cannot be written"
  printf '%s\n' '[Unit]' "$about" '[Timer]' "OnCalendar=${due#* }" Persistent=true OnUnitInactiveSec=30 AccuracySec=1 >"$units/$name.timer" ||
    refuse restore_not_armed "$units/$name.timer cannot be written"
  [ -d "$units/timers.target.wants" ] || { mkdir "$units/timers.target.wants" && : >"$home/made-wants"; }
  ln -sf "$units/$name.timer" "$units/timers.target.wants/$name.timer" || refuse restore_not_armed 'the timer cannot be enabled'
  sync "$home"/* "$units/$name.service" "$units/$name.timer"
  systemctl start "$name.timer" || refuse restore_not_armed "systemctl start $name.timer failed"
  : >"$home/armed"
  # Gone after a boot: then systemd knows the units from its own reading.
  : >"/run/umpire/$name.armed"
}
arm "$@"
[ "$4" != waits ] || exit 0
shift 13
