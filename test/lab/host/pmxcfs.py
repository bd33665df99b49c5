"""Imitates, for one node, what the Proxmox cluster file system does with corosync.conf (pmxcfs on a real two-node cluster, observed).

/etc/pve is one directory shared by the nodes. A configuration there is copied to /etc/corosync/corosync.conf unless its
config_version is lower than the local one; where it is higher, one node reloads corosync about a second later. Without quorum
/etc/pve is read-only on this node. `.members` tells who is online.
Unlike the real thing: a write without quorum fails with EROFS (there: EACCES), and a node cut off still sees the others' writes.
"""

import grp
import os
import re
import socket
import subprocess
import sys
import time

sys.path.insert(0, "/run/umpire-lab/lib")
from votequorum import Corosync, CorosyncDown  # noqa: E402

MASTER = "/etc/pve/corosync.conf"
LOCAL = "/etc/corosync/corosync.conf"
MEMBERS = "/etc/pve/.members"
PRIVATE_MEMBERS = "/run/pve-members"
LOOK_EVERY_SECONDS = 0.2
RELOAD_AFTER_SECONDS = 1.0


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return None


def own_by_www_data(path):
    """Owner and mode are pmxcfs's own, whatever the writer chose."""
    group = grp.getgrnam("www-data").gr_gid
    try:
        state = os.stat(path)
        if (state.st_uid, state.st_gid, state.st_mode & 0o777) != (0, group, 0o640):
            os.chown(path, 0, group)
            os.chmod(path, 0o640)
    except OSError:
        pass  # replaced by its writer, or read-only, at this very moment: the next look will do it


def config_version(text):
    """The config_version of a corosync.conf; None where it cannot be found ("unable to parse cluster config_version")."""
    found = re.search(r"^\s*config_version\s*:\s*(\d+)\s*$", text or "", re.MULTILINE)
    return int(found.group(1)) if found else None


def setting(text, name):
    found = re.search(rf"^\s*{name}\s*:\s*(\S+)\s*$", text, re.MULTILINE)
    return found.group(1) if found else ""


def nodes_of(text):
    """(name, id, address) of each node block of the nodelist."""
    blocks = re.findall(r"\bnode\s*\{([^}]*)\}", text)
    return [(setting(block, "name"), int(setting(block, "nodeid") or 0), setting(block, "ring0_addr")) for block in blocks]


def members_json(text, version, quorate, is_member):
    """What pmxcfs writes into .members (cfs_create_memberlist_msg in status.c of pve-cluster)."""
    nodes = nodes_of(text)
    online = ",\n".join(
        f'  "{name}": {{ "id": {node_id}, "online": {int(is_member(node_id))}, "ip": "{address}"}}'
        for name, node_id, address in nodes
    )
    return (
        "{\n"
        f'"nodename": "{socket.gethostname()}",\n"version": {version},\n'
        f'"cluster": {{ "name": "{setting(text, "cluster_name")}", "version": {config_version(text) or 0}, '
        f'"nodes": {len(nodes)}, "quorate": {int(quorate)} }},\n'
        f'"nodelist": {{\n{online}\n  }}\n}}\n'
    )


class Node:
    """The state of this node's imitation between two looks."""

    def __init__(self):
        self.corosync = Corosync()
        self.writable = None
        self.reload_at = None
        self.members = ""
        self.members_version = 0

    def look(self):
        quorate = self._quorate()
        self._set_writable(quorate)
        master = read(MASTER)
        if master is not None:
            if quorate:
                self._follow(master)
            self._tell_members(master, quorate)
        if self.reload_at is not None and time.monotonic() >= self.reload_at:
            self.reload_at = None
            subprocess.run(["corosync-cfgtool", "-R"], check=False)

    def _quorate(self):
        try:
            return self.corosync.quorate()
        except CorosyncDown:
            return False

    def _is_member(self, node_id):
        try:
            return self.corosync.is_member(node_id)
        except CorosyncDown:
            return False

    def _set_writable(self, writable):
        if writable != self.writable:
            mode = "rw" if writable else "ro"
            subprocess.run(["mount", "-o", f"remount,bind,{mode}", "/etc/pve"], check=True)
            self.writable = writable

    def _follow(self, master):
        own_by_www_data(MASTER)
        local = read(LOCAL)
        if master == local:
            return
        new, old = config_version(master), config_version(local)
        if new is None:
            print("unable to parse cluster config_version", flush=True)
            return
        if old is not None and new < old:
            return
        with open(LOCAL + ".tmp", "w", encoding="utf-8") as file:
            file.write(master)
        os.rename(LOCAL + ".tmp", LOCAL)
        print(f"wrote new corosync config '{LOCAL}' (version = {new})", flush=True)
        if (old is None or new > old) and self._reloads(master):
            self.reload_at = time.monotonic() + RELOAD_AFTER_SECONDS

    def _reloads(self, master):
        online = [(node_id, name) for name, node_id, _ in nodes_of(master) if self._is_member(node_id)]
        return bool(online) and min(online)[1] == socket.gethostname()

    def _tell_members(self, master, quorate):
        if self.members_version and members_json(master, self.members_version, quorate, self._is_member) == self.members:
            return
        self.members_version += 1
        self.members = members_json(master, self.members_version, quorate, self._is_member)
        with open(PRIVATE_MEMBERS, "r+", encoding="utf-8") as file:
            file.write(self.members)
            file.truncate()


def main():
    # Each node has its own view of .members: a private file over the shared one.
    with open(PRIVATE_MEMBERS, "w", encoding="utf-8"):
        pass
    subprocess.run(["mount", "--bind", PRIVATE_MEMBERS, MEMBERS], check=True)
    node = Node()
    while True:
        node.look()
        time.sleep(LOOK_EVERY_SECONDS)


main()
