# SPDX-License-Identifier: Apache-2.0
"""TCP proxies in front of each member's peer port, which delay or cut what passes between two members.

Who connects is read from /proc, since all members share one address.
"""
import contextlib
import os
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
        self.delays = {}
        self.listeners = []
        self.is_over = False

    def listen(self, number, port, target):
        """Serve member number's peer port."""
        listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self.listeners.append(listener)
        threading.Thread(target=self.accept, args=(listener, number, port, target), daemon=True).start()

    def accept(self, listener, number, port, target):
        while not self.is_over:
            try:
                client, address = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client, address[1], number, port, target), daemon=True).start()

    def source(self, client_port, port):
        inode = inode_of(client_port, port)
        for i, pid in enumerate(self.pids()):
            if inode and pid and holds(pid, inode):
                return i
        return None

    def serve(self, client, client_port, number, port, target):
        link = frozenset((self.source(client_port, port), number))
        while link in self.cut and not self.is_over:
            time.sleep(0.1)
        try:
            server = socket.create_connection(("127.0.0.1", target))
        except OSError:
            client.close()
            return
        ends = [threading.Thread(target=self.pump, args=(a, b, link), daemon=True) for a, b in ((client, server), (server, client))]
        for end in ends:
            end.start()
        for end in ends:
            end.join()
        client.close()
        server.close()

    def pump(self, source, sink, link):
        """Pass bytes on; late by the link's delay, not at all while it is cut."""
        waiting = []
        with selectors.DefaultSelector() as selector:
            selector.register(source, selectors.EVENT_READ)
            while not self.is_over:
                now = time.monotonic()
                try:
                    if selector.select(0.005 if waiting else 0.05):
                        data = source.recv(1 << 16)
                        if not data:
                            break
                        waiting.append((now + self.delays.get(link, 0), data))
                    while waiting and waiting[0][0] <= time.monotonic() and link not in self.cut:
                        sink.sendall(waiting.pop(0)[1])
                except OSError:
                    break
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def isolate(self, *numbers):
        """Cut members off from all others."""
        self.cut = {frozenset((a, b)) for a in numbers for b in range(len(self.pids())) if b not in numbers}

    def heal(self):
        self.cut = set()

    def slow_down(self, seconds):
        """One-way delay between all members."""
        count = len(self.pids())
        self.delays = {frozenset((a, b)): seconds for a in range(count) for b in range(a)}

    def close(self):
        self.is_over = True
        for listener in self.listeners:
            listener.close()
