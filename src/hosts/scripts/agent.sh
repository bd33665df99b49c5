#!/bin/sh
# Reports to Umpire what this node itself sees of the vote: when that changes, and about once a minute. It asks corosync's
# tools and changes nothing. Whom it reports to, and with which token, curl reads from CONF. See docs/agent.md.
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
conf=/etc/umpire-agent/curl.conf
state=/var/lib/umpire-agent/sequence
run=/run/umpire-agent
every=60
glance_every=3
most_bytes=16384
tab=$(printf '\t')

# Seconds since boot, a clock that nobody sets.
now() {
  read -r up _ </proc/uptime
  now=${up%%.*}
}

# Runs a tool with a bound, since a daemon that hangs leaves its tool waiting for ever. Arguments: NAME COMMAND…
ask() {
  name=$1
  shift
  timeout -s KILL 5 "$@" >"$run/$name.out" 2>"$run/$name.err"
  echo "$?" >"$run/$name.code"
}

# Adds a tool's exit code and output to `seen`, but for what differs from one second to the next. Arguments: NAME
add_to_seen() {
  read -r code <"$run/$1.code"
  seen="$seen $code"
  while read -r line; do
    case $line in Date:* | 'Last poll call:'* | 'Echo reply received:'*) ;; *) seen="$seen$line;" ;; esac
  done <"$run/$1.out"
}

# What can be had for a millisecond: qdevice tells of the membership, quorum and its own vote, and costs a tenth of a
# question to corosync, which is asked only where there is no qdevice to ask.
glance() {
  seen=
  ask device corosync-qdevice-tool -sv
  add_to_seen device
  case $seen in ' 0'*) return 0 ;; esac
  ask quorum corosync-quorumtool -s
  add_to_seen quorum
}

# Text as the inside of a JSON string. What is not plain ASCII is not from these tools anyway.
as_json() {
  head -c "$most_bytes" "$1" | tr -c '\11\12\40-\176' '?' | sed "s/[\\\\\"]/\\\\&/g; s/$tab/\\\\t/g" |
    while IFS= read -r line || [ -n "$line" ]; do printf '%s\\n' "$line"; done
}
tool_as_json() {
  read -r code <"$run/$1.code"
  printf '"%s":{"exitCode":%s,"stdout":"' "$1" "$code"
  as_json "$run/$1.out"
  printf '","stderr":"'
  # The service takes 4096 characters of it.
  head -c 2000 "$run/$1.err" >"$run/short.err"
  as_json "$run/short.err"
  printf '"}'
}
body() {
  printf '{"sequence":%s,"sentAt":"%s","tools":{' "$sequence" "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
  tool_as_json quorum
  printf ,
  tool_as_json device
  printf '}}'
}

# The numbers of reports only rise: a restart skips as many as the disk may have lost with the power, and where the disk was
# put back or is new, the clock is ahead of them: reports are three seconds apart and restarts ten, so it is not overtaken.
begin_sequence() {
  sequence=0
  [ ! -e "$state" ] || read -r sequence <"$state" || sequence=0
  case $sequence in '' | *[!0-9]*) sequence=0 ;; esac
  sequence=$((sequence + 10))
  seconds=$(date +%s)
  [ "$sequence" -ge "$seconds" ] || sequence=$seconds
}

# Sends a report, and decides when the next one is due. What came of it stands in $run/answer, for whoever installed us.
report() {
  ask quorum corosync-quorumtool -s
  sequence=$((sequence + 1))
  { echo "$sequence" >"$state.new" && mv -f "$state.new" "$state"; } 2>/dev/null
  answer=$(body | curl -q --config "$conf" --data-binary @- --silent --show-error --output /dev/null \
    --write-out '%{http_code}' --connect-timeout 5 --max-time 10 --max-redirs 0 --proto =http,https 2>"$run/curl.err")
  { echo "$answer"; head -c 300 "$run/curl.err"; } >"$run/answer.new" && mv -f "$run/answer.new" "$run/answer"
  now
  case $answer in
    204)
      [ "$pause" -eq 0 ] || echo 'reports are taken again'
      told=$seen
      pause=0
      due=$((now + first))
      first=$every
      ;;
    *)
      [ "$pause" -ne 0 ] || echo "reports are not taken: $answer $(head -c 300 "$run/curl.err")"
      pause=$((pause * 2 + 5))
      [ "$pause" -le 60 ] || pause=60
      # Nobody waits for the reports of a token that is not known, and a service that comes back meets all nodes at once.
      case $answer in 401 | 403 | 404) [ "$pause" -lt 60 ] || pause=600 ;; esac
      due=$((now + pause))
      ;;
  esac
}

begin_sequence
# The second report comes at a moment of this node's own within the minute, and the others a minute apart.
first=$(($(od -An -N2 -tu2 /dev/urandom) % every + 1))
told=
pause=0
due=0
while :; do
  glance
  now
  if [ "$now" -ge "$due" ] || { [ "$pause" -eq 0 ] && [ "$seen" != "$told" ]; }; then report; fi
  sleep "$glance_every"
done
