using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KvStore.Tests.Resp;

/// <summary>Sends raw bytes and reads raw replies. Latin-1 strings stand for bytes.</summary>
internal sealed class RespTestClient : IDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly BufferedStream _input;

    public RespTestClient(EndPoint endPoint)
    {
        _socket = endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.ReceiveTimeout = _socket.SendTimeout = 30_000;
        _socket.Connect(endPoint);
        _stream = new NetworkStream(_socket);
        _input = new BufferedStream(_stream, 64 << 10);
    }

    public static byte[] Encode(params string[] arguments)
    {
        StringBuilder text = new();
        text.Append('*').Append(arguments.Length).Append("\r\n");
        foreach (string argument in arguments)
            text.Append('$').Append(argument.Length).Append("\r\n").Append(argument).Append("\r\n");
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    public string Call(params string[] arguments)
    {
        Send(Encode(arguments));
        return ReadReply();
    }

    public string Raw(string bytes)
    {
        Send(Encoding.Latin1.GetBytes(bytes));
        return ReadReply();
    }

    public void Send(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>One reply, byte for byte.</summary>
    public string ReadReply()
    {
        StringBuilder reply = new();
        ReadReply(reply);
        return reply.ToString();
    }

    /// <summary>All bytes until the server closes the connection.</summary>
    public string ReadToEnd()
    {
        StringBuilder bytes = new();
        for (int value = _input.ReadByte(); value >= 0; value = _input.ReadByte()) bytes.Append((char)value);
        return bytes.ToString();
    }

    public bool IsClosedByPeer()
    {
        try
        {
            return _input.ReadByte() < 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    private void ReadReply(StringBuilder reply)
    {
        string line = ReadLine();
        reply.Append(line);
        bool isCounted = line[0] is '$' or '=' or '*' or '%' or '~';
        int count = isCounted ? int.Parse(line[1..^2], CultureInfo.InvariantCulture) : 0;
        switch (line[0])
        {
            case '$' or '=' when count >= 0:
                for (int i = 0; i < count + 2; i++) reply.Append(ReadChar());
                break;
            case '*' or '%' or '~':
                if (line[0] == '%') count *= 2;
                for (int i = 0; i < count; i++) ReadReply(reply);
                break;
        }
    }

    private string ReadLine()
    {
        StringBuilder line = new();
        do line.Append(ReadChar());
        while (line.Length < 2 || line[^1] != '\n' || line[^2] != '\r');
        return line.ToString();
    }

    private char ReadChar()
    {
        int value = _input.ReadByte();
        return value >= 0 ? (char)value : throw new EndOfStreamException("The server closed the connection.");
    }
}
