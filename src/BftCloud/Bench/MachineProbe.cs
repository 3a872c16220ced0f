using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using BftCloud.Primitives;
using Microsoft.Win32.SafeHandles;

namespace BftCloud.Bench;

/// <summary>Measures what a <see cref="MachineReport"/> says. Takes about a second.</summary>
internal static class MachineProbe
{
    private const int Rounds = 400;
    private const int BlockBytes = 4096;

    /// <param name="directory">Where the file is that is flushed; it is removed.</param>
    public static MachineReport Run(string directory)
    {
        using KeyPair key = KeyPair.Generate();
        byte[] message = RandomNumberGenerator.GetBytes(64);
        byte[] signature = new byte[Sodium.SignatureBytes], publicKey = new byte[PublicKey.Size];
        key.PublicKey.CopyTo(publicKey);
        return new MachineReport(
            Environment.ProcessorCount,
            Median(_ => key.Sign(message, signature)),
            Median(_ => Check(Sodium.VerifyDetached(signature, message, (ulong)message.Length, publicKey) == 0)),
            Wake(),
            Flush(directory));
    }

    private static double Wake()
    {
        using Socket listener = Listen();
        using Socket near = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.Connect(listener.LocalEndPoint!);
        using Socket far = listener.Accept();
        far.NoDelay = true;
        Thread echo = new(() =>
        {
            byte[] received = new byte[1];
            while (far.Receive(received) > 0) far.Send(received);
        }) { IsBackground = true };
        echo.Start();
        byte[] one = new byte[1];
        double roundTrip = Median(_ =>
        {
            near.Send(one);
            near.Receive(one);
        });
        near.Shutdown(SocketShutdown.Send);
        echo.Join();
        return roundTrip / 2;
    }

    private static Socket Listen()
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }

    private static double Flush(string directory)
    {
        string path = Path.Combine(directory, $".bftcloud-probe-{Guid.NewGuid():N}");
        using SafeFileHandle file = File.OpenHandle(
            path, FileMode.CreateNew, FileAccess.ReadWrite, options: FileOptions.DeleteOnClose);
        // as the log does: the first write of a block of a file is dearer than the next
        RandomAccess.Write(file, new byte[Rounds * BlockBytes], 0);
        FileSync.Data(file);
        byte[] block = RandomNumberGenerator.GetBytes(BlockBytes);
        return Median(round =>
        {
            RandomAccess.Write(file, block, (long)round * BlockBytes);
            FileSync.Data(file);
        });
    }

    private static double Median(Action<int> action)
    {
        long[] ticks = new long[Rounds];
        for (int i = 0; i < Rounds; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            action(i);
            ticks[i] = Stopwatch.GetTimestamp() - begin;
        }
        Array.Sort(ticks);
        return Math.Round(ticks[Rounds / 2] * 1e6 / Stopwatch.Frequency, 2);
    }

    private static void Check(bool isValid)
    {
        if (!isValid)
        {
            throw new CryptographicException(
                "A signature that was just made does not verify: this machine's memory or libsodium is damaged.");
        }
    }
}
