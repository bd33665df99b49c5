# shellcheck shell=sh
# Runs on the node by itself, from the timer that arm-restore.sh set, when nobody confirmed a change of corosync.conf in time; again
# every half minute until it is done. No file says the same on two nodes unless somebody carries it there, so the nodes share
# the work by the clock: each puts the old text (under a version above the new one) in place, and a minute and a half later one of
# them reloads for all, where every node is online and their votes make a quorum without the device's.
# Arguments: NAME CONFIG-PATH ROLE BEFORE-SHA256 BEFORE-VERSION AFTER-SHA256 AFTER-VERSION RESTORED-SHA256 RESTORED-VERSION NODES
#   VOTES STOPS-DEVICE
# ROLE: `reloads`, `follows`, `writes` (Proxmox VE: writes the master copy, which pmxcfs spreads and reloads) or `waits` (its others).
name=$1 path=$2 role=$3 before=$4 before_version=$5 after=$6 after_version=$7
shift 7
restored=$1 restored_version=$2 nodes=$3 votes=$4 stops=$5
home=/var/lib/umpire/$name
units=/etc/systemd/system
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

# The same lock as every change of a job.
mkdir -p /run/umpire
exec 9>>/run/umpire/lock
flock -w 20 9 || exit 0

say() { echo "umpire: $1"; }
sum() { sha256sum <"$1" | cut -d ' ' -f 1; }
running() { corosync-cmapctl -g totem.config_version 2>/dev/null | sed 's/.* = //'; }

# Quorum without the device's votes, and every node there: else one of them would miss the reload.
votes_stand() {
  corosync-quorumtool -s 2>/dev/null | awk -v nodes="$nodes" -v needed="$votes" '
    /^Nodes:/ { online = $2 }
    /^Quorate:/ { quorate = ($2 == "Yes") }
    /^Total votes:/ { total = $3 }
    /^Quorum:/ { quorum = $2 }
    $1 ~ /^(0|0x0+)$/ { device = $2 }
    END {
      if (needed < quorum) needed = quorum
      exit !(quorate && quorum > 0 && online == nodes && total - device >= needed)
    }'
}

put() {
  aside=$path.new
  case $path in /etc/pve/*) : ;; *) aside=$path.umpire-new && cp -p "$path" "$aside" ;; esac
  cat "$1" >"$aside" && { sync "$aside" 2>/dev/null || true; } && mv -f "$aside" "$path"
}

finish() {
  rm -f "$units/timers.target.wants/$name.timer" "$units/$name.timer" "$units/$name.service"
  [ ! -e "$home/made-wants" ] || rmdir "$units/timers.target.wants" 2>/dev/null || true
  systemctl stop "$name.timer"
  rm -f "/var/lib/systemd/timers/stamp-$name.timer"
  rm -rf "$home" "/run/umpire/$name.armed"
  rmdir /var/lib/umpire 2>/dev/null
  # After a boot the units stay in systemd's memory as long as it thinks that timers.target wants them.
  systemctl daemon-reload
  exit 0
}

stop_device() {
  [ "$stops" = yes ] || return 0
  systemctl -q is-active corosync-qdevice.service || return 0
  votes_stand || exit 0
  systemctl stop corosync-qdevice.service
  rm -f /etc/systemd/system/multi-user.target.wants/corosync-qdevice.service
  systemctl reset-failed corosync-qdevice.service 2>/dev/null || true
}

now=$(sum "$path")
case $now in "$before" | "$after" | "$restored") ;; *) say 'somebody edited corosync.conf: that edit stands' && finish ;; esac
runs=$(running)
[ -n "$runs" ] || exit 0

if [ "$runs" = "$restored_version" ]; then
  stop_device
  say 'the configuration is what it was'
  finish
fi
if [ "$runs" = "$before_version" ]; then
  # The change came into no corosync: the file alone goes back.
  [ "$role" = waits ] || [ "$now" = "$before" ] || put "$home/before"
  say 'the change was never in force'
  finish
fi
[ "$runs" = "$after_version" ] || { say "corosync runs version $runs, which is none of this change" && finish; }

# Whoever reloads for all sees the end of it at once, the others when their timer calls again.
case $role in
waits) exit 0 ;;
follows)
  [ "$now" = "$restored" ] || put "$home/restored"
  exit 0
  ;;
writes)
  votes_stand || { say 'not now: a node is away, or the votes would not make a quorum' && exit 0; }
  [ "$now" = "$restored" ] || put "$home/restored"
  ;;
*)
  [ "$now" = "$restored" ] || put "$home/restored"
  votes_stand || { say 'not now: a node is away, or the votes would not make a quorum' && exit 0; }
  corosync-cfgtool -R
  ;;
esac
tries=100
until [ "$(running)" = "$restored_version" ]; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || exit 0
  sleep 0.1
done
stop_device
say 'nobody confirmed the change in time: the configuration is what it was before'
finish
