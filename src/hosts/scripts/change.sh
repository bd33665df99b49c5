# shellcheck shell=sh disable=SC2034
# Stands before every script that changes a host. Arguments: SUBJECT FENCE, then the script's own.

# Ends the script with a code that the service knows and a sentence for a person.
refuse() {
  printf 'umpire: %s: %s\n' "$1" "$2" >&2
  exit 70
}

# The highest fencing number that this host has seen wins: a runner that was paused and wakes up after its lease went
# to another is refused here, whatever it believes. The lock makes changes of one subject pass one at a time; it is
# held until the script ends, also by what the script starts.
[ -d /run/umpire ] || mkdir -p /run/umpire
exec 9>>/run/umpire/lock
flock -w 20 9 || refuse change_in_progress 'another change holds this host since 20 seconds'
seen=0
[ ! -e "/run/umpire/$1.fence" ] || read -r seen <"/run/umpire/$1.fence"
[ "$2" -ge "$seen" ] || refuse fenced "a later runner ($seen) has been here, this one is $2"
printf '%s\n' "$2" >"/run/umpire/$1.fence"
shift 2

# The last word is on the node: would the votes without the device's still make a quorum?
# Argument: the votes that must be online besides the device's, at least.
demand_votes() {
  corosync-quorumtool -s 2>/dev/null | awk -v needed="$1" '
    /^Quorate:/ { quorate = ($2 == "Yes") }
    /^Total votes:/ { total = $3 }
    /^Quorum:/ { quorum = $2 }
    # The device row has node id 0, printed 0 or 0x00000000; its votes are those cast now.
    $1 ~ /^(0|0x0+)$/ { device = $2 }
    END {
      if (needed < quorum) needed = quorum
      exit !(quorate && quorum > 0 && total - device >= needed)
    }' || refuse votes_missing "the nodes online have too few votes without the device's: quorum could be lost"
}
