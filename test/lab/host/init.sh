#!/bin/sh
# Boots one lab host. Runs as PID 1 of new mount, uts, ipc and pid namespaces inside the host's network namespace, and ends
# by becoming systemd. Called twice: first to join the host's cgroup, then inside its cgroup namespace.
# Usage: init.sh <host directory> <host name> <layers, a:b:c> <cgroup directory>
set -eu

directory=$1
name=$2
layers=$3
cgroup=$4
root=$directory/root

if [ "${LAB_STAGE:-1}" = 1 ]; then
  # /proc is still the machine's, so this is the pid as the machine sees it.
  read -r pid _ </proc/self/stat
  echo 0 >"$cgroup/cgroup.procs"
  echo "$pid" >"$directory/pid"
  LAB_STAGE=2 exec unshare --cgroup sh "$0" "$@"
fi

mount -t overlay overlay -o "lowerdir=$layers,upperdir=$directory/upper,workdir=$directory/work" "$root"
if [ ! -e "$directory/seeded" ]; then
  tar --create --directory "$directory/seed" . | tar --extract --preserve-permissions --no-overwrite-dir --directory "$root"
  : >"$directory/seeded"
fi

mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm" "$root/dev/mqueue" "$root/run/lock" "$root/run/umpire-lab"
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$root/dev/pts"
# Every host needs its own shared memory: libqb's ring buffers of two corosyncs must not meet.
mount -t tmpfs -o mode=1777,size=256m tmpfs "$root/dev/shm"
mount -t mqueue mqueue "$root/dev/mqueue"
for device in null:3 zero:5 full:7 random:8 urandom:9; do
  mknod -m 666 "$root/dev/${device%:*}" c 1 "${device#*:}"
done
mknod -m 666 "$root/dev/tty" c 5 0
mknod -m 600 "$root/dev/console" c 1 3
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"

mount --bind "$directory/shared" "$root/run/umpire-lab"
if [ -e "$directory/pve" ]; then
  mkdir -p "$root/etc/pve"
  mount --bind "$directory/pve/" "$root/etc/pve"
fi
echo "$name" >/proc/sys/kernel/hostname

mkdir "$root/tmp/.machine"
cd "$root"
pivot_root . tmp/.machine
cd /
umount -l /tmp/.machine
rmdir /tmp/.machine
exec env -i container=lab PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --log-target=journal </dev/null
