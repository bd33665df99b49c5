#!/bin/sh
# The little that labs change outside their own namespaces, shared by all labs of the machine and counted by run directories:
# a route that keeps the lab's addresses from leaving, and room for many systemds (each needs inotify instances; the kernel's
# default of 128 is used up by about 41 hosts, after which further ones die without a word).
# Usage: footprint.sh claim|release <lab>      exit 3: that lab already exists
set -eu

parent=/run/umpire-lab
lab=$2
inotify=/proc/sys/fs/inotify/max_user_instances

# One at a time: the directory /run itself is the lock, so that no lock file is left behind.
if [ "${FOOTPRINT_LOCKED:-}" != yes ]; then
  FOOTPRINT_LOCKED=yes exec flock /run sh "$0" "$@"
fi

# The machine's own network: that of the first lab's caller. PID 1's is not readable where capabilities are missing.
network=$parent/.network
in_machine_network() {
  nsenter --net="$network" -- "$@"
}

claim() {
  mkdir -p "$parent"
  mkdir "$parent/$lab" || exit 3
  if [ ! -e "$parent/.inotify" ]; then
    cat "$inotify" >"$parent/.inotify"
    [ "$(cat "$inotify")" -ge 4096 ] || echo 4096 >"$inotify"
  fi
  if [ ! -e "$network" ]; then
    : >"$network"
    mount --bind /proc/self/ns/net "$network"
  fi
  if ! grep -q ' /run/netns ' /proc/self/mounts; then : >"$parent/.netns"; fi
  # Fails where an earlier lab, or the machine's owner, has added one.
  in_machine_network ip route add unreachable 10.77.0.0/16 proto 177 2>/dev/null || true
}

release() {
  if [ -d "$parent/$lab" ]; then rmdir "$parent/$lab"; fi
  [ -z "$(find "$parent" -mindepth 1 -maxdepth 1 -type d 2>/dev/null)" ] || exit 0
  if [ -e "$network" ]; then
    in_machine_network ip route del unreachable 10.77.0.0/16 proto 177 2>/dev/null || true
    umount "$network"
  fi
  if [ -e "$parent/.inotify" ]; then cat "$parent/.inotify" >"$inotify"; fi
  # `ip netns add` binds /run/netns onto itself; undone only where no lab found it so and nobody uses it.
  if [ -e "$parent/.netns" ] && [ -z "$(ls -A /run/netns)" ]; then
    umount /run/netns && rmdir /run/netns
  fi
  rm -f "$parent/.inotify" "$parent/.netns" "$network"
  if [ -d "$parent" ]; then rmdir "$parent"; fi
}

case $1 in
claim | release) "$1" ;;
*) exit 64 ;;
esac
