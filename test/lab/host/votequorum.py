"""One open connection each to corosync's quorum and votequorum services, by Debian's libraries (votequorum.h, quorum.h).

Cheaper and faster than running corosync-quorumtool: a look is two round trips over shared memory.
"""

import ctypes

CS_OK = 1
OWN_NODE = 0  # VOTEQUORUM_QDEVICE_NODEID: exec/votequorum.c answers it with the asking node itself
MEMBER = 1
CAST_VOTE = 256


class Info(ctypes.Structure):
    """struct votequorum_info of corosync/votequorum.h"""

    _fields_ = [
        ("node_id", ctypes.c_uint),
        ("node_state", ctypes.c_uint),
        ("node_votes", ctypes.c_uint),
        ("node_expected_votes", ctypes.c_uint),
        ("highest_expected", ctypes.c_uint),
        ("total_votes", ctypes.c_uint),
        ("quorum", ctypes.c_uint),
        ("flags", ctypes.c_uint),
        ("qdevice_votes", ctypes.c_uint),
        ("qdevice_name", ctypes.c_char * 255),
    ]

    def device_votes(self):
        """The quorum device's votes that count at this moment: 0 where there is no device, or it casts none."""
        return self.qdevice_votes if self.flags & CAST_VOTE else 0


class CorosyncDown(Exception):
    """corosync does not answer: it is stopped, still starting, or ended while we asked."""


class Corosync:
    """Looks at the local corosync; connects when needed, and again after corosync was restarted."""

    def __init__(self):
        self._votequorum = ctypes.CDLL("libvotequorum.so.8")
        self._quorum = ctypes.CDLL("libquorum.so.5")
        self._votes = None
        self._state = None

    def quorate(self):
        """Whether this node is quorate, as corosync-quorumtool prints it."""
        self._connect()
        quorate = ctypes.c_int()
        if self._quorum.quorum_getquorate(self._state, ctypes.byref(quorate)) != CS_OK:
            raise self._lost()
        return bool(quorate.value)

    def own(self):
        """The votequorum_info of this node."""
        info = self._info(OWN_NODE)
        if info is None:
            raise self._lost()
        return info

    def is_member(self, node_id):
        """Whether a node is in this node's membership now."""
        info = self._info(node_id)
        return info is not None and info.node_state == MEMBER

    def _info(self, node_id):
        self._connect()
        info = Info()
        code = self._votequorum.votequorum_getinfo(self._votes, ctypes.c_uint(node_id), ctypes.byref(info))
        return info if code == CS_OK else None

    def _connect(self):
        if self._votes is None:
            votes = ctypes.c_uint64()
            if self._votequorum.votequorum_initialize(ctypes.byref(votes), None) != CS_OK:
                raise CorosyncDown()
            self._votes = votes
        if self._state is None:
            state, kind = ctypes.c_uint64(), ctypes.c_uint32()
            if self._quorum.quorum_initialize(ctypes.byref(state), None, ctypes.byref(kind)) != CS_OK:
                raise self._lost()
            self._state = state

    def _lost(self):
        if self._votes is not None:
            self._votequorum.votequorum_finalize(self._votes)
        if self._state is not None:
            self._quorum.quorum_finalize(self._state)
        self._votes = self._state = None
        return CorosyncDown()
