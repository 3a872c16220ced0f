namespace BftCloud.Links;

/// <summary>
/// The sockets of a reactor by number: its place here, and how many were added before it, so that what is still said of
/// one that is gone is not taken for its successor's. Found by any thread without a lock, as that happens for each
/// message.
/// </summary>
internal sealed class SocketTable
{
    private readonly Lock _gate = new();
    private readonly Stack<int> _free = new();
    private ReactorSocket?[] _places = [];
    private long _added;

    /// <summary>Returns the socket's number, which is not zero.</summary>
    public long Add(ReactorSocket socket)
    {
        lock (_gate)
        {
            if (_free.Count == 0) Grow();
            int place = _free.Pop();
            _places[place] = socket;
            return (++_added << 32) | (uint)place;
        }
    }

    public void Remove(ReactorSocket socket)
    {
        int place = (int)socket.Id;
        lock (_gate)
        {
            if (_places[place] != socket) return;
            _places[place] = null;
            _free.Push(place);
        }
    }

    /// <summary>The socket of that number, or null if it is gone.</summary>
    public ReactorSocket? Find(long id) =>
        Volatile.Read(ref _places)[(int)id] is { } socket && socket.Id == id ? socket : null;

    private void Grow()
    {
        ReactorSocket?[] places = new ReactorSocket?[Math.Max(16, 2 * _places.Length)];
        _places.CopyTo(places, 0);
        for (int place = places.Length - 1; place >= _places.Length; place--) _free.Push(place);
        Volatile.Write(ref _places, places);
    }
}
