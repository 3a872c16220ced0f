import sys
import time
from pymemcache.client.base import Client

client = Client((sys.argv[1], int(sys.argv[2])), default_noreply=False)
client.flush_all()
assert client.set("a", b"1") and client.get("a") == b"1"
assert client.add("a", b"2") is False and client.replace("a", b"3")
assert client.append("a", b"4") and client.prepend("a", b"2") and client.get("a") == b"234"
assert client.incr("a", 6) == 240 and client.decr("a", 40) == 200 and client.incr("none", 1) is None
value, cas = client.gets("a")
assert client.cas("a", b"5", cas) is True and client.cas("a", b"6", cas) is False
assert client.set_many({f"k{i}": str(i).encode() for i in range(100)}) == []
assert len(client.get_many([f"k{i}" for i in range(150)])) == 100
assert client.set("short", b"x", expire=1) and client.touch("a", 100)
deadline = time.monotonic() + 10
while client.get("short") is not None:
    assert time.monotonic() < deadline, "an item does not expire"
big = b"v" * 900_000
assert client.set("big", big) and client.get("big") == big
assert client.delete("a") and client.get("a") is None
assert client.stats()[b"curr_items"] > 0 and client.version()
