"""Prints what a host's file system differs in from the layers it is stacked on, one line per path, sorted.

Arguments: upper directory, lower directories (a:b:c, topmost first), then the paths to look below. Reads the upper directory
only, so the cost is that of what the host has changed. A file that was copied up but is as it was below is no difference.
Line: path, TAB, what it is: "absent", "dir 755 0:0", "link 0:0 target", "file 644 0:0 sha256" or "node 644 0:0 major:minor".
"""

import hashlib
import os
import stat
import sys

# Of its own accord changed by what runs on a host, or not part of its disk.
VOLATILE = (
    "/dev", "/proc", "/run", "/sys", "/tmp", "/var/cache", "/var/lib/apt", "/var/lib/private", "/var/lib/systemd",
    "/var/log", "/var/tmp", "/etc/.pwd.lock", "/etc/.updated", "/etc/ld.so.cache", "/var/.updated",
    "/var/lib/dpkg/lock", "/var/lib/dpkg/lock-frontend",
)  # fmt: skip


def volatile(path):
    if path.startswith("/var/lib/corosync/ringid_"):
        return True  # corosync counts its rings there by itself (exec/main.c)
    return path in VOLATILE or path.startswith(tuple(entry + "/" for entry in VOLATILE)) or "/__pycache__" in path


def whiteout(state):
    return stat.S_ISCHR(state.st_mode) and state.st_rdev == 0


def opaque(directory):
    try:
        return os.getxattr(directory, "trusted.overlay.opaque") == b"y"
    except OSError:
        return False


def resolve(layers, path):
    """The entry that a stack of layers shows at a path, as (file, its stat), or None."""
    parts = [part for part in path.split("/") if part]
    for layer in layers:
        at, hidden = layer, False
        for part in parts:
            at = os.path.join(at, part)
            try:
                state = os.lstat(at)
            except (FileNotFoundError, NotADirectoryError):
                at = None
                break
            if whiteout(state):
                return None
            hidden = hidden or opaque(at) if stat.S_ISDIR(state.st_mode) else True
        if at is not None:
            return at, os.lstat(at)
        if hidden:
            return None
    return None


def children(layers, path):
    """The names that a stack of layers shows in a directory."""
    names, gone = set(), set()
    for layer in layers:
        directory = layer + path
        try:
            entries = os.listdir(directory) if stat.S_ISDIR(os.lstat(directory).st_mode) else []
        except (FileNotFoundError, NotADirectoryError):
            entries = []
        for name in entries:
            if whiteout(os.lstat(os.path.join(directory, name))):
                gone.add(name)
            elif name not in gone:
                names.add(name)
        if resolve([layer], path) is not None and opaque(directory):
            break
    return sorted(names)


def describe(entry):
    if entry is None:
        return "absent"
    file, state = entry
    mode, owner = f"{stat.S_IMODE(state.st_mode):o}", f"{state.st_uid}:{state.st_gid}"
    if stat.S_ISDIR(state.st_mode):
        return f"dir {mode} {owner}"
    if stat.S_ISLNK(state.st_mode):
        return f"link {owner} {os.readlink(file)}"
    if stat.S_ISREG(state.st_mode):
        with open(file, "rb") as content:
            return f"file {mode} {owner} {hashlib.file_digest(content, 'sha256').hexdigest()}"
    return f"node {mode} {owner} {os.major(state.st_rdev)}:{os.minor(state.st_rdev)}"


def differences(upper, lowers, path):
    """(path, description) of everything at and below a path that is not as the lower layers have it."""
    if volatile(path):
        return
    shown, below = resolve([upper, *lowers], path), resolve(lowers, path)
    if describe(shown) != describe(below):
        yield path, describe(shown)
    if shown is None or not stat.S_ISDIR(shown[1].st_mode):
        return
    try:
        touched = set(os.listdir(upper + path))
    except (FileNotFoundError, NotADirectoryError):
        return
    if opaque(upper + path):
        touched |= set(children(lowers, path))
    for name in sorted(touched):
        yield from differences(upper, lowers, os.path.join(path, name))


def main(upper, lowers, *paths):
    for path in paths:
        for where, what in differences(upper, lowers.split(":"), path.rstrip("/") or "/"):
            print(f"{where}\t{what}")


main(*sys.argv[1:])
