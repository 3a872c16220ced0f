using System.Text.Json;
using System.Text.Json.Serialization;
using BftCloud.Primitives;
using BftSmr.Simulation.Options;

namespace BftSmr.Simulation;

/// <summary>Options with their fault plan as a file that can be read, shortened by hand and played again.</summary>
public static class SavedSimulation
{
    /// <summary>As JSON, indented, for people to change.</summary>
    public static string Write(SimulationOptions options) =>
        JsonSerializer.Serialize(options, SavedSimulationJson.Default.SimulationOptions);

    /// <summary>What <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It is no saved simulation; the message says where and why.</exception>
    public static SimulationOptions Read(string json)
    {
        try
        {
            SimulationOptions options = JsonSerializer.Deserialize(
                json,
                SavedSimulationJson.Default.SimulationOptions) ?? throw new FormatException("The file holds nothing.");
            if (options.Faults is { } plan && !IsWhole(plan))
                throw new FormatException(
                    "This is no saved simulation: 'faults' lacks something, or lists something that is null.");
            SimulationBounds.Check(options);
            return options;
        }
        catch (ArgumentException e)
        {
            throw new FormatException(
                $"This is no saved simulation: {e.Message} A number that is left out counts as 0.", e);
        }
        // NotSupportedException: an event does not say which kind it is.
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new FormatException($"This is no saved simulation: {e.Message}", e);
        }
    }

    /// <summary>The serializer lets null pass where a list or one of its members should be.</summary>
    private static bool IsWhole(FaultPlan plan) =>
        plan is
        {
            Network: not null, Disk: not null, Adversaries: not null, ByzantineClients: not null, Clocks: not null,
            Events: not null,
        }
        && plan.Adversaries.All(static a => a is not null)
            && plan.Interferences.All(static i => i is { Message: not null })
            && plan.Events.All(static e => e is not null and not SlowDiskFault { Speed: null });

    /// <summary>A replica is its number.</summary>
    internal sealed class ReplicaIdConverter : JsonConverter<ReplicaId>
    {
        public override ReplicaId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number
                && reader.TryGetInt32(out int value)
                && value is >= 0 and < Quorums.ReplicasMax
                    ? new ReplicaId(value)
                    : throw new JsonException("A replica is a number from 0.");

        public override void Write(Utf8JsonWriter writer, ReplicaId value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.Value);
    }

    /// <summary>
    /// A number with a fraction is finite: 1e999 is read as infinity, which nothing is, and which could not be written
    /// again.
    /// </summary>
    internal sealed class ShareConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number
                && reader.TryGetDouble(out double value)
                && double.IsFinite(value) ? value : throw new JsonException("A share is a finite number.");

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value);
    }
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, WriteIndented =
        true, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling =
        JsonUnmappedMemberHandling.Disallow, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
    Converters = [typeof(SavedSimulation.ReplicaIdConverter), typeof(SavedSimulation.ShareConverter)])]
[JsonSerializable(typeof(SimulationOptions))]
internal sealed partial class SavedSimulationJson : JsonSerializerContext;
