# shellcheck shell=sh
# Puts qnetd's options and its unit back to what they were. Arguments: WAS-ENABLED WAS-ACTIVE (yes or no)
file=/etc/default/corosync-qnetd
unit=corosync-qnetd.service
if [ -e "$file.before-umpire" ]; then mv -f "$file.before-umpire" "$file"; fi
[ "$1" = yes ] || rm -f "/etc/systemd/system/multi-user.target.wants/$unit"
# Whoever is connected was so before us, for this arbiter serves nobody of ours yet: their vote is not ours to take.
clients=$(corosync-qnetd-tool -s 2>/dev/null | sed -n 's/^Connected clients:[[:space:]]*//p')
[ "${clients:-0}" -eq 0 ] || exit 0
if [ "$2" = yes ]; then systemctl restart "$unit" || true; else systemctl stop "$unit" 2>/dev/null || true; fi
systemctl reset-failed "$unit" 2>/dev/null || true
