using KvStore.Operations;

namespace KvStore.Commands;

/// <summary>Which code carries out an opcode.</summary>
internal static class CommandTable
{
    /// <summary>The command leaves the state as it is.</summary>
    public static bool IsRead(Opcode opcode) =>
        opcode is Opcode.Exists or Opcode.TypeOf or Opcode.TimeToLive or Opcode.ExpiryTime or Opcode.Revision
        or Opcode.Describe or Opcode.Changes
        or Opcode.List or Opcode.Count or Opcode.Get or Opcode.GetEntry or Opcode.MultiGet or Opcode.Length
        or Opcode.GetRange or Opcode.HashGet or Opcode.HashMultiGet or Opcode.HashCount or Opcode.HashExists
        or Opcode.HashGetAll or Opcode.HashLength or Opcode.HashList
        or Opcode.ListRange or Opcode.ListCount or Opcode.ListGet or Opcode.SetMembers
        or Opcode.SetContains or Opcode.SetCount or Opcode.SetList
        or Opcode.RandomKey or Opcode.GetBit or Opcode.BitCount or Opcode.BitPosition or Opcode.HashRandom
        or Opcode.ListPosition or Opcode.SetCombine or Opcode.SetIntersectionCount or Opcode.SetRandom
        or Opcode.SortedSetScore or Opcode.SortedSetCount or Opcode.SortedSetRank or Opcode.SortedSetRangeCount
        or Opcode.SortedSetRange or Opcode.SortedSetCombine or Opcode.SortedSetIntersectionCount
        or Opcode.SortedSetSources or Opcode.SortedSetRandom or Opcode.SortedSetList;

    /// <summary>Carries the command out: writes exactly one element as its reply.</summary>
    public static void Run(Opcode opcode, ref CommandContext c)
    {
        switch (opcode)
        {
            case Opcode.RecordChanges: ChangeCommands.Record(ref c); break;
            case Opcode.Changes: ChangeCommands.Tell(ref c); break;
            case Opcode.Delete: KeyCommands.Delete(ref c); break;
            case Opcode.Exists: KeyCommands.Exists(ref c); break;
            case Opcode.TypeOf: KeyCommands.TypeOf(ref c); break;
            case Opcode.Expire: KeyCommands.Expire(ref c); break;
            case Opcode.Persist: KeyCommands.Persist(ref c); break;
            case Opcode.TimeToLive: KeyCommands.TimeToLive(ref c); break;
            case Opcode.ExpiryTime: KeyCommands.ExpiryTime(ref c); break;
            case Opcode.Revision: KeyCommands.Revision(ref c); break;
            case Opcode.List: KeyCommands.List(ref c); break;
            case Opcode.Count: KeyCommands.Count(ref c); break;
            case Opcode.Clear: KeyCommands.Clear(ref c); break;
            case Opcode.Rename: KeyCommands.Rename(ref c); break;
            case Opcode.Copy: KeyCommands.Copy(ref c); break;
            case Opcode.RandomKey: RandomCommands.Key(ref c); break;
            case Opcode.Describe: KeyCommands.Describe(ref c); break;
            case Opcode.Get: StringCommands.Get(ref c); break;
            case Opcode.GetEntry: StringCommands.GetEntry(ref c); break;
            case Opcode.MultiGet: StringCommands.MultiGet(ref c); break;
            case Opcode.Put: StringCommands.Put(ref c); break;
            case Opcode.MultiPut: StringCommands.MultiPut(ref c); break;
            case Opcode.MultiPutIfAbsent: StringCommands.MultiPutIfAbsent(ref c); break;
            case Opcode.CompareAndSet: StringCommands.CompareAndSet(ref c); break;
            case Opcode.Increment: CounterCommands.Increment(ref c); break;
            case Opcode.IncrementDecimal: CounterCommands.IncrementDecimal(ref c); break;
            case Opcode.Append: StringCommands.Append(ref c); break;
            case Opcode.Length: StringCommands.Length(ref c); break;
            case Opcode.GetRange: StringCommands.GetRange(ref c); break;
            case Opcode.SetRange: StringCommands.SetRange(ref c); break;
            case Opcode.GetAndDelete: StringCommands.GetAndDelete(ref c); break;
            case Opcode.GetAndExpire: StringCommands.GetAndExpire(ref c); break;
            case Opcode.SetBit: BitCommands.Set(ref c); break;
            case Opcode.GetBit: BitCommands.Get(ref c); break;
            case Opcode.BitCount: BitCommands.Count(ref c); break;
            case Opcode.BitPosition: BitCommands.Position(ref c); break;
            case Opcode.BitCombine: BitCommands.Combine(ref c); break;
            case Opcode.HashPut: HashCommands.Put(ref c); break;
            case Opcode.HashPutIfAbsent: HashCommands.PutIfAbsent(ref c); break;
            case Opcode.HashGet: HashCommands.Get(ref c); break;
            case Opcode.HashMultiGet: HashCommands.MultiGet(ref c); break;
            case Opcode.HashDelete: HashCommands.Delete(ref c); break;
            case Opcode.HashCount: HashCommands.Count(ref c); break;
            case Opcode.HashExists: HashCommands.Exists(ref c); break;
            case Opcode.HashGetAll: HashCommands.GetAll(ref c); break;
            case Opcode.HashIncrement: HashCommands.Increment(ref c); break;
            case Opcode.HashIncrementDecimal: HashCommands.IncrementDecimal(ref c); break;
            case Opcode.HashLength: HashCommands.Length(ref c); break;
            case Opcode.HashList: HashCommands.List(ref c); break;
            case Opcode.HashRandom: RandomCommands.Fields(ref c); break;
            case Opcode.ListPush: ListCommands.Push(ref c); break;
            case Opcode.ListPop: ListCommands.Pop(ref c); break;
            case Opcode.ListRange: ListCommands.Range(ref c); break;
            case Opcode.ListCount: ListCommands.Count(ref c); break;
            case Opcode.ListGet: ListCommands.Get(ref c); break;
            case Opcode.ListSet: ListCommands.Set(ref c); break;
            case Opcode.ListTrim: ListCommands.Trim(ref c); break;
            case Opcode.ListMove: ListCommands.Move(ref c); break;
            case Opcode.ListRemove: ListSearchCommands.Remove(ref c); break;
            case Opcode.ListInsert: ListSearchCommands.Insert(ref c); break;
            case Opcode.ListPosition: ListSearchCommands.Position(ref c); break;
            case Opcode.ListPopFirst: ListCommands.PopFirst(ref c); break;
            case Opcode.SetAdd: SetCommands.Add(ref c); break;
            case Opcode.SetRemove: SetCommands.Remove(ref c); break;
            case Opcode.SetMembers: SetCommands.Members(ref c); break;
            case Opcode.SetContains: SetCommands.Contains(ref c); break;
            case Opcode.SetCount: SetCommands.Count(ref c); break;
            case Opcode.SetMove: SetCommands.Move(ref c); break;
            case Opcode.SetList: SetCommands.List(ref c); break;
            case Opcode.SetCombine: SetAlgebraCommands.Combine(ref c); break;
            case Opcode.SetCombineAndStore: SetAlgebraCommands.CombineAndStore(ref c); break;
            case Opcode.SetIntersectionCount: SetAlgebraCommands.IntersectionCount(ref c); break;
            case Opcode.SetPop: RandomCommands.Pop(ref c); break;
            case Opcode.SetRandom: RandomCommands.Members(ref c); break;
            case Opcode.SortedSetAdd: SortedSetCommands.Add(ref c); break;
            case Opcode.SortedSetRemove: SortedSetCommands.Remove(ref c); break;
            case Opcode.SortedSetScore: SortedSetCommands.Score(ref c); break;
            case Opcode.SortedSetCount: SortedSetCommands.Count(ref c); break;
            case Opcode.SortedSetRank: SortedSetCommands.Rank(ref c); break;
            case Opcode.SortedSetRangeCount: SortedSetRangeCommands.Count(ref c); break;
            case Opcode.SortedSetRange: SortedSetRangeCommands.Range(ref c); break;
            case Opcode.SortedSetRangeAndStore: SortedSetRangeCommands.RangeAndStore(ref c); break;
            case Opcode.SortedSetRemoveRange: SortedSetRangeCommands.RemoveRange(ref c); break;
            case Opcode.SortedSetPop: SortedSetRangeCommands.Pop(ref c); break;
            case Opcode.SortedSetCombine: SortedSetAlgebraCommands.Combine(ref c); break;
            case Opcode.SortedSetCombineAndStore: SortedSetAlgebraCommands.CombineAndStore(ref c); break;
            case Opcode.SortedSetIntersectionCount: SortedSetAlgebraCommands.IntersectionCount(ref c); break;
            case Opcode.SortedSetSources: SortedSetAlgebraCommands.Sources(ref c); break;
            case Opcode.SortedSetRandom: RandomCommands.ScoredMembers(ref c); break;
            case Opcode.SortedSetList: SortedSetCommands.List(ref c); break;
            default: c.Malformed(); break; // Pipeline and Transaction do not nest
        }
    }
}
