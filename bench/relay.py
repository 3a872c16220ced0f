"""Relays connections to servers of this machine, as if each were some way off: relay.py MS[,MBIT[,shared]] [PORT=]PORT...

Every byte arrives half of MS later, in each direction. With MBIT, no direction of a connection carries more than so
many megabits a second; what the line cannot take yet waits, up to 256 KiB, and then the sender waits. Where it is
shared, all connections to a port have one line: what comes first goes first. With PORT=
the relay listens there. Prints the address of each relay, in the order of the ports. At the signal USR1 it prints
how many bytes it has carried so far.
"""
import asyncio
import signal
import socket
import sys

PIECE = 64 * 1024
WAITING = 256 * 1024
RECEIVED = 128 * 1024  # so that what a thin line cannot take waits at the sender

carried = 0


class Wire:
    """One direction of a line, which connections may share."""

    def __init__(self, seconds, rate):
        self.seconds, self.rate = seconds, rate
        self.free = 0.0


class Line:
    """One direction of one connection."""

    def __init__(self, wire):
        self.wire = wire
        seconds, rate = wire.seconds, wire.rate
        self.pieces = asyncio.Queue()
        self.waiting = 0
        self.room = asyncio.Event()
        self.room.set()
        self.most = WAITING + (rate * seconds if rate else 0)

    def put(self, piece, now):
        """A piece comes to the line, which carries one after the other."""
        wire = self.wire
        if wire.rate:
            wire.free = max(wire.free, now) + len(piece) / wire.rate
            now = wire.free
        self.waiting += len(piece)
        if wire.rate and self.waiting >= self.most:
            self.room.clear()
        self.pieces.put_nowait((now + wire.seconds, piece))

    def took(self, piece):
        self.waiting -= len(piece)
        self.room.set()


async def carry(reader, writer, line):
    """Carries one direction; a piece waits, and the next one is read meanwhile."""
    loop = asyncio.get_running_loop()

    async def deliver():
        global carried
        while True:
            due, piece = await line.pieces.get()
            await asyncio.sleep(due - loop.time())
            if not piece:
                break
            carried += len(piece)
            writer.write(piece)
            await writer.drain()
            line.took(piece)

    delivery = asyncio.create_task(deliver())
    try:
        piece = True
        while piece:
            await line.room.wait()
            piece = await reader.read(PIECE)
            line.put(piece, loop.time())
        await delivery
    except ConnectionError:
        delivery.cancel()
    finally:
        writer.close()


async def main(way, *ports):
    milliseconds, megabits, shared = (way.split(",") + ["", ""])[:3]
    seconds, rate = float(milliseconds) / 2000, float(megabits or 0) * 125_000
    wires = {}
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, lambda: print("bytes", carried, flush=True))

    def open_socket():
        one = socket.socket()
        if rate:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED)
        return one

    def wires_to(port):
        """There and back."""
        if shared and port in wires:
            return wires[port]
        wires[port] = Wire(seconds, rate), Wire(seconds, rate)
        return wires[port]

    async def relay(port, reader, writer):
        one = open_socket()
        one.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(one, ("127.0.0.1", port))
        except ConnectionError:
            one.close()
            writer.close()
            return
        server_reader, server_writer = await asyncio.open_connection(sock=one)
        there, back = wires_to(port)
        await asyncio.gather(
            carry(reader, server_writer, Line(there)), carry(server_reader, writer, Line(back)))

    servers = []
    for place in ports:
        own, _, port = place.rpartition("=")
        one = open_socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(("127.0.0.1", int(own or 0)))
        servers.append(await asyncio.start_server(lambda r, w, port=int(port): relay(port, r, w), sock=one))
    for server in servers:
        print("http://%s:%d" % server.sockets[0].getsockname(), flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


asyncio.run(main(*sys.argv[1:]))
