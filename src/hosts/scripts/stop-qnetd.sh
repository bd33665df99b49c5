# shellcheck shell=sh
# Puts qnetd's options and its unit back to what they were. Arguments: WAS-ENABLED WAS-ACTIVE (yes or no)
file=/etc/default/corosync-qnetd
unit=corosync-qnetd.service
if [ -e "$file.before-umpire" ]; then mv -f "$file.before-umpire" "$file"; fi
[ "$1" = yes ] || rm -f "/etc/systemd/system/multi-user.target.wants/$unit"
if [ "$2" = yes ]; then systemctl restart "$unit" || true; else systemctl stop "$unit" 2>/dev/null || true; fi
systemctl reset-failed "$unit" 2>/dev/null || true
