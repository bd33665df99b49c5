# shellcheck shell=sh
# Signs that somebody or something else is at work on this host, or soon will be: functions for scripts that look, each of
# which prints lines of KIND DETAIL. What is built into the shell is used where it can be, since each program started costs
# a busy host a millisecond or two.

# access(2) answers EROFS for a read-only file system or mount, to root as well; nothing has to be written to find out.
read_only() {
  for path in /etc/corosync /etc/systemd/system /var/lib /run; do
    [ ! -e "$path" ] || [ -w "$path" ] || echo "read-only $path"
  done
}

# `shutdown` leaves the first when it is asked for a later time (systemd-shutdownd's file, which logind writes); the second
# stands while the host boots or goes down (systemd-user-sessions.service). Proxmox VE's own maintenance mode is the cluster's.
going_down() {
  for path in /run/systemd/shutdown/scheduled /run/nologin; do
    [ ! -e "$path" ] || echo "going-down $path"
  done
  [ ! -e /run/reboot-required ] || echo 'reboot-required /run/reboot-required'
  if [ -e /etc/pve/ha/manager_status ] && grep -q '"maintenance"' /etc/pve/ha/manager_status; then
    echo 'maintenance /etc/pve/ha/manager_status'
  fi
}

# Whoever edits corosync.conf: half-written files, an editor's swap file, and the lock under which Proxmox VE's tools write
# it (cfs_lock_file in PVE::Cluster, "file-" and the name with its dots as underscores).
foreign_edits() {
  for path in /etc/corosync/corosync.conf.new /etc/pve/corosync.conf.new /etc/pve/priv/lock/file-corosync_conf \
    /etc/corosync/.corosync.conf.sw? /etc/pve/.corosync.conf.sw?; do
    [ ! -e "$path" ] || echo "editing $path"
  done
}

# Who holds a lock, from /proc/locks, where a file is its inode: a match is believed only when its holder has that very
# file open. dpkg and apt lock by fcntl(2), which flock(1) does not see. Of flock(2) the holder may be gone, the lock with
# whoever inherited the file. Sets umpire_lock_held.
locks() {
  umpire_lock_held=no
  line_break='
'
  inodes=$line_break$(stat -c '%i %n' /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock \
    /run/umpire/lock 2>/dev/null)$line_break
  while read -r _ kind _ mode pid place _; do
    inode=${place##*:}
    case $mode$inodes in WRITE*"$line_break$inode "*) ;; *) continue ;; esac
    path=${inodes#*"$line_break$inode "}
    path=${path%%"$line_break"*}
    case $path in
      /run/*) [ "$kind" != FLOCK ] || umpire_lock_held=yes ;;
      *) for open in "/proc/$pid/fd"/*; do
        # shellcheck disable=SC3013 # not POSIX, but in each shell that Debian has as sh
        if [ "$open" -ef "$path" ] && read -r comm <"/proc/$pid/comm"; then
          echo "package-lock $comm $pid $path"
          break
        fi
      done ;;
    esac
  done </proc/locks
}

# Tools that change a cluster or its certificates. A process's name has 15 letters, so those of the vendor's certificate
# scripts are also their daemons'; `read` drops the NULs between the arguments.
tools() {
  # shellcheck disable=SC2013 # one word a path
  for path in $(grep -lsxE 'pvecm|pcs|crm|corosync-qdevic|corosync-qnetd-' /proc/[0-9]*/comm); do
    read -r comm <"$path" || continue
    arguments=
    read -r arguments <"${path%comm}cmdline"
    case $comm$arguments in
      *status*) continue ;;
      corosync-*-net-certutil*) comm=corosync-qdevice-net-certutil ;;
      corosync-*certutil*) comm=corosync-qnetd-certutil ;;
      corosync-*) continue ;;
    esac
    pid=${path%/comm}
    echo "tool $comm ${pid#/proc/}"
  done
}

# Another installation that changed this host less than two minutes ago, by the clock that runs from boot on: /run is as
# old. Argument: our own installation.
other_umpire() {
  [ -e /run/umpire/change ] || return 0
  read -r installation subject since </run/umpire/change || return 0
  [ "$installation" != "$1" ] || return 0
  read -r up _ </proc/uptime
  age=$((${up%%.*} - since))
  if [ "${umpire_lock_held:-no}" = yes ] || [ "$age" -lt 120 ]; then echo "other-umpire $age $subject"; fi
}

# A qnetd younger than ten seconds, unless start-qnetd.sh started this very process. Its start is the 22nd field of
# /proc/PID/stat, in hundredths of a second since boot (proc(5)). One that systemd had to start again is told for a minute.
young_qnetd() {
  read -r pid 2>/dev/null </run/corosync-qnetd/corosync-qnetd.pid || return 0
  read -r line 2>/dev/null <"/proc/$pid/stat" || return 0
  ours=
  [ ! -e /run/umpire/qnetd ] || read -r ours </run/umpire/qnetd
  [ "$ours" != "$pid" ] || return 0
  read -r up _ </proc/uptime
  # shellcheck disable=SC2086 # one word a field
  set -- ${line##*) }
  age=$((${up%%.*} - ${20} / 100))
  if [ "$age" -lt 0 ] || [ "$age" -ge 60 ]; then return 0; fi
  if [ "$age" -lt 10 ] || [ "$(systemctl show -p NRestarts --value corosync-qnetd.service)" -gt 0 ]; then
    echo "young-qnetd $age"
  fi
}
