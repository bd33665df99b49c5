"""Records this node's quorum about every 50 ms.

Argument: a flag file that holds the name of the file to append to, beside it. One line per look, fields parted by blanks:
epoch in ms, quorate (1 or 0), expected votes, total votes, quorum, votes cast by the device, flags of votequorum.h;
or epoch in ms and the word "down" where corosync does not answer.
"""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from votequorum import Corosync, CorosyncDown  # noqa: E402

INTERVAL_SECONDS = 0.05


def look(corosync):
    """One look at corosync: the fields after the time."""
    try:
        quorate, own = corosync.quorate(), corosync.own()
    except CorosyncDown:
        return "down"
    return (
        f"{int(quorate)} {own.highest_expected} {own.total_votes} {own.quorum} {own.device_votes()} {own.flags}"
    )


def main(flag):
    with open(flag, encoding="ascii") as lines:
        target = os.path.join(os.path.dirname(flag), lines.read().strip())
    corosync = Corosync()
    due = time.monotonic()
    with open(target, "ab", buffering=0) as samples:
        # A power cut may have torn the last line of the sampler before: it ends here, and is known as torn.
        if samples.tell() > 0:
            samples.write(b"\n")
        while True:
            fields = look(corosync)
            samples.write(f"{time.time_ns() // 1_000_000} {fields}\n".encode("ascii"))
            # Looks missed while corosync kept us waiting are not made up for: the gap must be seen.
            due = max(due + INTERVAL_SECONDS, time.monotonic())
            time.sleep(due - time.monotonic() if due > time.monotonic() else 0)


main(sys.argv[1])
