# SPDX-License-Identifier: Apache-2.0
"""TCP proxies in front of each member's peer port, which delay or cut what passes between two members.

Who connects is read from /proc, since all members share one address.
"""
import contextlib
import os
import random
import selectors
import socket
import threading
import time


def inode_of(local_port, remote_port):
    """The socket of a loopback connection, seen from the side that opened it."""
    wanted = (f"0100007F:{local_port:04X}", f"0100007F:{remote_port:04X}")
    with open("/proc/net/tcp", encoding="ascii") as table:
        for line in table:
            fields = line.split()
            if tuple(fields[1:3]) == wanted:
                return fields[9]
    return None


def holds(pid, inode):
    with contextlib.suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                if os.readlink(f"/proc/{pid}/fd/{name}") == f"socket:[{inode}]":
                    return True
    return False


class Network:
    """The proxies of one cluster. pids: called for the members' process ids, by number"""

    def __init__(self, pids):
        self.pids = pids
        self.cut = set()
        self.one_way = set()
        self.delays = {}
        self.loss = 0
        self.listeners = []
        self.is_over = False

    def listen(self, number, port, target, is_peer=True):
        """Serve member number's port. is_peer: only other members connect to it"""
        listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self.listeners.append(listener)
        threading.Thread(target=self.accept, args=(listener, number, port, target, is_peer), daemon=True).start()

    def accept(self, listener, number, port, target, is_peer):
        while not self.is_over:
            try:
                client, address = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client, address[1], number, port, target, is_peer), daemon=True).start()

    def source(self, client_port, port, is_peer):
        """The number of the member that connected; None: none of them, or not to be found out."""
        for _ in range(20 if is_peer else 1):
            inode = inode_of(client_port, port)
            for i, pid in enumerate(self.pids()):
                if inode and pid and holds(pid, inode):
                    return i
            time.sleep(0.01)
        return None

    def serve(self, client, client_port, number, port, target, is_peer):
        source = self.source(client_port, port, is_peer)
        if source is None and is_peer:
            client.close()  # it tries again
            return
        link = frozenset((source, number))
        while (link in self.cut or {(source, number), (number, source)} & self.one_way) and not self.is_over:
            time.sleep(0.1)
        try:
            server = socket.create_connection(("127.0.0.1", target))
        except OSError:
            client.close()
            return
        ends = [threading.Thread(target=self.pump, args=words, daemon=True)
                for words in ((client, server, (source, number)), (server, client, (number, source)))]
        for end in ends:
            end.start()
        for end in ends:
            end.join()
        client.close()
        server.close()

    def lateness(self, link):
        """Seconds that bytes need now; a lost packet is sent again after 0.2 s, 0.4 s ..."""
        late, again = self.delays.get(link, 0), 0.2
        while self.loss and random.random() < self.loss and again < 10:
            late += again
            again *= 2
        return late

    def pump(self, source, sink, way):
        """Pass bytes on; late by the link's delay, not at all while it is cut."""
        waiting, link = [], frozenset(way)
        with selectors.DefaultSelector() as selector:
            selector.register(source, selectors.EVENT_READ)
            while not self.is_over:
                now = time.monotonic()
                is_cut = link in self.cut or way in self.one_way
                patience = 0.05 if is_cut else max(waiting[0][0] - now, 0) if waiting else 0.5
                try:
                    if selector.select(patience):
                        data = source.recv(1 << 16)
                        now = time.monotonic()
                        if not data:
                            break
                        waiting.append((max(now + self.lateness(link), waiting[-1][0] if waiting else 0), data))
                    is_cut = link in self.cut or way in self.one_way
                    while waiting and waiting[0][0] <= time.monotonic() and not is_cut:
                        sink.sendall(waiting.pop(0)[1])
                except OSError:
                    break
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def isolate(self, *numbers):
        """Cut members off from all others."""
        self.cut = {frozenset((a, b)) for a in numbers for b in range(len(self.pids())) if b not in numbers}

    def silence(self, number):
        """Let a member hear the others, and none of them hear it."""
        self.one_way = {(number, other) for other in range(len(self.pids())) if other != number}

    def heal(self):
        self.cut = set()
        self.one_way = set()

    def slow_down(self, seconds):
        """One-way delay between all members."""
        count = len(self.pids())
        self.delays = {frozenset((a, b)): seconds for a in range(count) for b in range(a)}

    def close(self):
        self.is_over = True
        for listener in self.listeners:
            listener.close()
