using System.Text.Json;
using System.Text.Json.Serialization;

namespace BftSmr.Simulation;

/// <summary>Options with their fault plan as a file that can be read, shortened by hand and played again.</summary>
public static class SavedSimulation
{
    /// <summary>As JSON, indented, for people to change.</summary>
    public static string Write(SimulationOptions options) => JsonSerializer.Serialize(options, SavedSimulationJson.Default.SimulationOptions);

    /// <summary>What <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It is no saved simulation; the message says where and why.</exception>
    public static SimulationOptions Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, SavedSimulationJson.Default.SimulationOptions) ?? throw new FormatException("The file holds nothing.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"This is no saved simulation: {e.Message}", e);
        }
    }

    /// <summary>A replica is its number.</summary>
    internal sealed class ReplicaIdConverter : JsonConverter<ReplicaId>
    {
        public override ReplicaId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int value) && value is >= 0 and < Quorums.ReplicasMax ? new ReplicaId(value) : throw new JsonException("A replica is a number from 0.");

        public override void Write(Utf8JsonWriter writer, ReplicaId value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
    }
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, WriteIndented = true, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
    Converters = [typeof(SavedSimulation.ReplicaIdConverter)])]
[JsonSerializable(typeof(SimulationOptions))]
internal sealed partial class SavedSimulationJson : JsonSerializerContext;
