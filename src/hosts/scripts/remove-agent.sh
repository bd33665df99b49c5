# shellcheck shell=sh
# Takes the agent off this node with all that it kept. Arguments: none of its own.
unit=umpire-agent.service
[ -e "/etc/systemd/system/$unit" ] || [ -e /etc/umpire-agent ] || [ -e /usr/local/lib/umpire-agent ] ||
  [ -e /var/lib/umpire-agent ] || exit 0
if systemctl -q is-active "$unit"; then systemctl stop "$unit" || refuse agent_not_stopped 'systemctl stop umpire-agent failed'; fi
rm -f "/etc/systemd/system/multi-user.target.wants/$unit" "/etc/systemd/system/$unit" "/etc/systemd/system/$unit.new"
rm -rf /etc/umpire-agent /usr/local/lib/umpire-agent /var/lib/umpire-agent ||
  refuse agent_not_removed 'the files of the agent cannot be removed'
systemctl reset-failed "$unit" 2>/dev/null || true
systemctl daemon-reload
