namespace BftCloud.Links;

/// <summary>
/// Work of a <see cref="Reactor"/>, done on its thread after all that had arrived was read. Does not block.
/// </summary>
internal interface IReactorTurn
{
    void TakeTurn();
}
