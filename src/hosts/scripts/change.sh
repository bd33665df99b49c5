# shellcheck shell=sh disable=SC2034
# Stands before every script that changes a host. Arguments: SUBJECT FENCE INSTALLATION, then the script's own.

# Ends the script with a code that the service knows and a sentence for a person.
refuse() {
  printf 'umpire: %s: %s\n' "$1" "$2" >&2
  exit 70
}

# Keeps a line as /run/umpire/NAME. It is written aside: a death or a full /run leaves what was there, never an empty file by
# which each runner would be too late.
remember() {
  if printf '%s\n' "$2" >/run/umpire/new && mv /run/umpire/new "/run/umpire/$1"; then return; fi
  refuse run_not_written "/run/umpire/$1 cannot be written: is /run full?"
}

# One change of a host at a time, whoever's it is. The lock is held until the script ends, also by what the script starts.
[ -d /run/umpire ] || mkdir -p /run/umpire
exec 9>>/run/umpire/lock
flock -w 20 9 || refuse change_in_progress 'another change holds this host since 20 seconds'

# The highest fencing number that this host has seen wins: a runner that was paused and wakes up after its lease went
# to another is refused here, whatever it believes.
seen=0
[ ! -e "/run/umpire/$1.fence" ] || read -r seen <"/run/umpire/$1.fence"
[ "$2" -ge "$seen" ] || refuse fenced "a later runner ($seen) has been here, this one is $2"

# Two installations of the service know nothing of each other: the one that changed this host less than two minutes ago
# has it. Its time is the one since boot, which nobody sets, and /run does not outlive.
read -r up _ </proc/uptime
up=${up%%.*}
if [ -e /run/umpire/change ] && read -r installation subject since </run/umpire/change; then
  if [ "$installation" != "$3" ] && [ $((up - since)) -lt 120 ]; then
    refuse other_umpire "another installation of this service ($installation) changes $subject here"
  fi
fi
remember "$1.fence" "$2"
remember change "$3 $1 $up"
shift 3

# The last word is on the node: would the votes without the device's still make a quorum?
# Arguments: the votes that must be online besides the device's, at least; the nodes that must be, where that counts.
demand_votes() {
  # A corosync that hangs leaves its tools waiting for ever.
  view=$(timeout -s KILL 5 corosync-quorumtool -s 2>/dev/null)
  [ $? -ne 137 ] || refuse corosync_hung 'corosync does not answer within 5 seconds'
  awk -v needed="$1" -v nodes="${2:-0}" '
    /^Nodes:/ { online = $2 }
    /^Quorate:/ { quorate = ($2 == "Yes") }
    /^Total votes:/ { total = $3 }
    # "Activity blocked" stands behind the number while corosync itself would not act.
    /^Quorum:/ { quorum = $2; blocked = (NF > 2) }
    # The device row has node id 0, printed 0 or 0x00000000; its votes are those cast now.
    $1 ~ /^(0|0x0+)$/ { device = $2 }
    END {
      if (needed < quorum) needed = quorum
      exit !(quorate && !blocked && quorum > 0 && online >= nodes && total - device >= needed)
    }' <<VIEW || refuse votes_missing "the nodes online have too few votes without the device's: quorum could be lost"
$view
VIEW
}
