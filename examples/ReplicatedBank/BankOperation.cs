using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using BftSmr;

namespace ReplicatedBank;

/// <summary>What clients ask of the bank, as JSON.</summary>
[JsonDerivedType(typeof(OpenAccount), "open")]
[JsonDerivedType(typeof(Deposit), "deposit")]
[JsonDerivedType(typeof(Transfer), "transfer")]
[JsonDerivedType(typeof(ReadBalance), "balance")]
[JsonDerivedType(typeof(ReadStatement), "statement")]
[JsonDerivedType(typeof(ReadTotal), "total")]
internal abstract record BankOperation
{
    // A member that is missing or null is an error here, so that the bank does not have to look for it.
    private static readonly JsonSerializerOptions s_strict = new()
    {
        RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads what a client sent, which may be anything.</summary>
    public static BankOperation Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Read<BankOperation>(bytes);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            // Not the message of e: another version of .NET may word it otherwise, and replies have to be equal.
            throw new OperationRefusedException(
                "This is no operation of the bank. Use the BankClient of this version.");
        }
    }

    public static T Read<T>(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize<T>(bytes, s_strict) ?? throw new JsonException("It is null.");

    public static void Write<T>(IBufferWriter<byte> output, T value)
    {
        using Utf8JsonWriter writer = new(output);
        JsonSerializer.Serialize(writer, value, s_strict);
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, s_strict);
}

internal sealed record OpenAccount(string Account, int Owner) : BankOperation;

internal sealed record Deposit(string Account, long Amount) : BankOperation;

internal sealed record Transfer(string From, string To, long Amount) : BankOperation;

internal sealed record ReadBalance(string Account) : BankOperation;

internal sealed record ReadStatement(string Account) : BankOperation;

internal sealed record ReadTotal : BankOperation;
