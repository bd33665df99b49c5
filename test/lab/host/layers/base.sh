#!/bin/sh
# What every lab host has in common, run in a chroot over the machine's own file system: a plain Debian with sshd and the
# cluster packages, and nothing else of the machine. Files of this lab (keys) come with the hosts' seeds.
set -eu

# Directories hidden from below, made anew and empty.
install -d -m 700 /root
install -d /home /opt /srv /usr/local/bin /usr/local/sbin /usr/local/lib /usr/local/share /usr/local/etc
install -d /var/lib/apt/lists/partial /var/cache/apt/archives/partial /var/cache/man /var/log/apt /var/log/corosync
install -d -m 1777 /var/tmp
install -m 664 -g utmp /dev/null /var/log/wtmp
install -m 664 -g utmp /dev/null /var/log/lastlog
install -m 660 -g utmp /dev/null /var/log/btmp

# Services must start when a package is installed, as they do on a real host.
rm -f /usr/sbin/policy-rc.d

# systemd: only the lab's own services. Masked is what needs hardware or a seat, or would touch the machine's time or kernel.
rm -rf /etc/systemd/system/*.wants /etc/systemd/system/*.requires /etc/systemd/system/dbus-org.*
install -d /etc/systemd/system/multi-user.target.wants /etc/systemd/system-generators
for unit in ssh corosync corosync-qnetd; do
  ln -s "/lib/systemd/system/$unit.service" "/etc/systemd/system/multi-user.target.wants/$unit.service"
done
for unit in systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-udev-trigger.service \
  systemd-udev-settle.service systemd-timesyncd.service systemd-logind.service \
  systemd-sysctl.service systemd-modules-load.service proc-sys-fs-binfmt_misc.automount systemd-binfmt.service \
  dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount \
  sys-kernel-config.mount systemd-remount-fs.service systemd-random-seed.service systemd-pstore.service \
  systemd-firstboot.service systemd-machine-id-commit.service systemd-journal-flush.service systemd-update-utmp.service \
  systemd-update-utmp-runlevel.service systemd-tmpfiles-setup-dev.service systemd-sysusers.service \
  systemd-tmpfiles-clean.timer systemd-ask-password-wall.path systemd-ask-password-console.path getty.target \
  console-getty.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
  fstrim.timer man-db.timer rsyslog.service cron.service polkit.service packagekit.service; do
  ln -sf /dev/null "/etc/systemd/system/$unit"
done
for generator in /usr/lib/systemd/system-generators/*; do
  ln -sf /dev/null "/etc/systemd/system-generators/${generator##*/}"
done
ln -sf /lib/systemd/system/multi-user.target /etc/systemd/system/default.target
install -d /etc/systemd/journald.conf.d /etc/systemd/system.conf.d
cat >/etc/systemd/journald.conf.d/lab.conf <<'CONF'
[Journal]
Storage=volatile
RateLimitIntervalSec=0
RuntimeMaxUse=32M
CONF

cat >/usr/lib/systemd/system/umpire-lab-sampler.service <<'UNIT'
[Unit]
Description=Lab: records the quorum of this node
ConditionPathExists=/run/umpire-lab/sampling
# Every test starts it anew.
StartLimitIntervalSec=0

[Service]
# The sampler stamps real time even where the lab has moved the host's clock.
Environment=FAKETIME=+0
ExecStart=/usr/bin/python3 -I /run/umpire-lab/lib/sampler.py /run/umpire-lab/sampling
Restart=always
RestartSec=100ms

[Install]
WantedBy=multi-user.target
UNIT
ln -s /lib/systemd/system/umpire-lab-sampler.service /etc/systemd/system/multi-user.target.wants/

# sshd: the lab's key opens root, a sudoer and a user without rights.
rm -f /etc/ssh/ssh_host_*
cat >/etc/ssh/sshd_config.d/lab.conf <<'CONF'
HostKey /etc/ssh/ssh_host_ed25519_key
UseDNS no
MaxStartups 100:30:200
MaxSessions 50
CONF
install -d /etc/systemd/system/ssh.service.d
cat >/etc/systemd/system/ssh.service.d/lab.conf <<'CONF'
[Service]
Environment="FAKETIME_SHARED=/umpire-lab /umpire-lab"
ExecStartPre=-/bin/sh /run/umpire-lab/lib/clock.sh
CONF
for user in umpire nosudo; do
  useradd --create-home --shell /bin/bash --skel /nonexistent "$user"
  install -d -m 700 -o "$user" -g "$user" "/home/$user/.ssh"
done
install -d -m 700 /root/.ssh
printf 'umpire ALL=(ALL:ALL) NOPASSWD: ALL\n' >/etc/sudoers.d/umpire
chmod 440 /etc/sudoers.d/umpire

# apt: only the lab's repository, no hooks of the machine, no manual pages to index.
rm -rf /etc/apt/sources.list.d/* /etc/apt/auth.conf.d/* /etc/apt/preferences.d/*
find /etc/apt/apt.conf.d -type f ! -name 01autoremove ! -name 70debconf -delete
echo 'deb [trusted=yes] http://10.77.0.3/ ./' >/etc/apt/sources.list
rm -f /var/lib/man-db/auto-update
printf 'force-unsafe-io\n' >/etc/dpkg/dpkg.cfg.d/lab

: >/etc/resolv.conf
: >/etc/fstab
rm -f /etc/machine-id /var/lib/dbus/machine-id
