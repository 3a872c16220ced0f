import sys
from pymemcache.client.base import Client

Client((sys.argv[1], int(sys.argv[2]))).set("/page", "<h1>served from a cache</h1>", noreply=False)
