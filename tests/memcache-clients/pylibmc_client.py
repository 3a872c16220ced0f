import sys
import pylibmc

client = pylibmc.Client([f"{sys.argv[1]}:{sys.argv[2]}"], binary=False, behaviors={"cas": True, "tcp_nodelay": True})
client.flush_all()
assert client.set("a", "one") and client.get("a") == "one"
assert not client.add("a", "two") and client.replace("a", "three")
value, cas = client.gets("a")
assert client.cas("a", "four", cas) and client.get("a") == "four"
assert client.set("n", 5) and client.incr("n", 3) == 8 and client.decr("n", 2) == 6
assert client.set_multi({f"k{i}": i for i in range(100)}) == []
assert client.get_multi([f"k{i}" for i in range(100)]) == {f"k{i}": i for i in range(100)}
assert client.touch("a", 100) and client.delete("a") and client.get("a") is None
