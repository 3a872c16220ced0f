namespace BftCloud.Features.Counter;

/// <summary>A replicated number.</summary>
internal static class CounterFeature
{
    public const string Name = "counter";

    public static ServiceFeature Value { get; } = new(Name, static () => new CounterStateMachine());
}
