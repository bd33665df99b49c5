#!/bin/sh
# Makes one read-only layer of the hosts' file systems: runs a script in a chroot whose changes land in <layer>/upper.
# Runs in mount and pid namespaces of its own: nothing needs to be unmounted, and no daemon of a running host is in sight.
# Usage: unshare --mount --pid --fork sh layer.sh <layer directory> <lower directories, a:b:c> <script> [directory to hide…]
set -eu

layer=$1
lower=$2
script=$3
shift 3

mkdir -p "$layer/upper" "$layer/work" "$layer/root"
chmod 755 "$layer/upper"

# A directory made in the upper one must look like the one it covers.
cover() {
  if [ -d "$layer/upper$1" ]; then return; fi
  cover "$(dirname "$1")"
  mkdir "$layer/upper$1"
  chmod --reference="$1" "$layer/upper$1"
  chown --reference="$1" "$layer/upper$1"
}

# A character device 0:0 in an upper directory hides what lies below (overlayfs.rst, "whiteouts and opaque directories");
# far quicker than deleting large trees through the overlay.
for hidden in "$@"; do
  if [ ! -e "$hidden" ]; then continue; fi
  cover "$(dirname "$hidden")"
  mknod "$layer/upper$hidden" c 0 0
done

root=$layer/root
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$layer/upper,workdir=$layer/work" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive HOME=/root \
  chroot "$root" /bin/sh -s <"$script"
