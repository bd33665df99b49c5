# shellcheck shell=sh
# Starts the agent, now and at each boot, and waits until the service has taken a report of it. Arguments: SECONDS
unit=umpire-agent.service
# What `systemctl enable` would do, without its detour over the SysV links, which an undo could not put back exactly.
ln -sf "/etc/systemd/system/$unit" "/etc/systemd/system/multi-user.target.wants/$unit"
# One that runs already may have an older token; what it was answered last goes with it.
if systemctl -q is-active "$unit"; then systemctl stop "$unit"; fi
systemctl start "$unit" || refuse agent_not_started 'systemctl start umpire-agent failed'
answer='no answer yet'
tries=$(($1 * 4))
while [ "$tries" -gt 0 ]; do
  sleep 0.25
  tries=$((tries - 1))
  [ -e /run/umpire-agent/answer ] || continue
  answer=$(tr '\n' ' ' </run/umpire-agent/answer | tr -cd '\40-\176' | head -c 200)
  case $answer in 204*) exit 0 ;; esac
done
refuse agent_not_heard "the service took no report of this node within $1 seconds: $answer"
