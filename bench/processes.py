"""What the measurements of real processes share: the program, a cluster's files, and what a cluster says of itself."""
import json
import os
import pathlib
import socket
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def bftcloud(*arguments):
    """Runs the program to its end, and gives what it printed."""
    return subprocess.run([ROOT / "bftcloud", *arguments], check=True, capture_output=True, text=True).stdout


def cluster_down(directory):
    subprocess.run([ROOT / "bftcloud", "cluster", "down", directory], capture_output=True)


def described(directory):
    """The replicas in cluster.json, which has comments on lines of their own."""
    lines = (directory / "cluster.json").read_text().splitlines()
    return json.loads("\n".join(line for line in lines if not line.strip().startswith("//")))["replicas"]


def pid(directory, replica):
    return int((directory / f"r{replica}" / "replica.pid").read_text().split()[0])


def status(directory):
    """What each replica says of itself; the command fails where one is down, and tells all the same."""
    out = subprocess.run(
        [ROOT / "bftcloud", "cluster", "status", directory, "--json"], capture_output=True, text=True).stdout
    return json.loads(out)["replicas"]


def regency(directory):
    return max(replica.get("regency") or 0 for replica in status(directory))


def bench(*arguments):
    """The report of a benchmark."""
    return json.loads(bftcloud("bench", *arguments, "--json").strip().splitlines()[-1])


def heading(*words):
    """The first line of a result."""
    commit = subprocess.run(
        ["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    print("#", f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}, commit {commit}", *words, flush=True)


class Client(threading.Thread):
    """Sets keys, and knows its longest wait since it was last asked."""

    def __init__(self, port, number):
        super().__init__(daemon=True)
        self.port, self.number = port, number
        self.longest, self.since, self.failed, self.ended = 0.0, 0.0, 0, False
        self.start()

    def run(self):
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            count = 0
            while not self.ended:
                key = f"key{self.number}-{count % 1000}"
                self.since = time.monotonic()
                connection.sendall(f"*3\r\n$3\r\nSET\r\n${len(key)}\r\n{key}\r\n$5\r\nvalue\r\n".encode())
                if not connection.recv(4096).startswith(b"+OK\r\n"):
                    self.failed += 1
                self.longest = max(self.longest, time.monotonic() - self.since)
                count += 1

    def wait(self):
        """The longest wait, that of the command under way among them."""
        longest, self.longest = max(self.longest, time.monotonic() - self.since), 0.0
        return longest
