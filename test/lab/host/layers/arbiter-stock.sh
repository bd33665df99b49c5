#!/bin/sh
# An arbiter as Debian's postinst of corosync-qnetd leaves it: a certificate authority of its own and the service enabled.
set -eu
dpkg --purge corosync-qdevice corosync
rm -rf /etc/corosync/qnetd/nssdb
corosync-qnetd-certutil -i -G
chgrp coroqnetd /etc/corosync/qnetd/nssdb /etc/corosync/qnetd/nssdb/cert9.db /etc/corosync/qnetd/nssdb/key4.db
