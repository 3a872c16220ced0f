"""Relays connections to servers of this machine, as if each were some way off: delay.py MS PORT...

Every byte arrives half of MS later, in each direction. Prints the address of each relay, in the order of the ports."""
import asyncio
import sys

PIECE = 64 * 1024


async def carry(reader, writer, seconds):
    """Carries one direction; a piece waits, and the next one is read meanwhile."""
    loop, pieces = asyncio.get_running_loop(), asyncio.Queue()

    async def deliver():
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(due - loop.time())
            if not piece:
                break
            writer.write(piece)
            await writer.drain()

    delivery = asyncio.create_task(deliver())
    try:
        piece = True
        while piece:
            piece = await reader.read(PIECE)
            pieces.put_nowait((loop.time() + seconds, piece))
        await delivery
    except ConnectionError:
        delivery.cancel()
    finally:
        writer.close()


async def main(milliseconds, *ports):
    seconds = float(milliseconds) / 2000

    async def relay(port, reader, writer):
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(carry(reader, server_writer, seconds), carry(server_reader, writer, seconds))

    servers = [await asyncio.start_server(lambda r, w, port=int(port): relay(port, r, w), "127.0.0.1", 0) for port in ports]
    for server in servers:
        print("http://%s:%d" % server.sockets[0].getsockname(), flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


asyncio.run(main(*sys.argv[1:]))
