namespace KvStore.Tests.Decoders;

/// <summary>
/// Everything in the library that reads raw input: the fuzz target that covers it, or in parentheses why none does.
/// </summary>
internal static class DecoderList
{
    public static IReadOnlyDictionary<string, string> Of { get; } = new Dictionary<string, string>
    {
        ["IntegerText.TryParse"] = "integer text",
        ["DecimalText.TryParse"] = "decimal text",
        ["ElementReading.TryReadElement"] = "element",
        ["ElementReading.TryReadError"] = "element",
        ["Page.TrySkip"] = "operation",
        ["RecordFormat.TryReadPage"] = "records",
        ["RecordFormat.TryReadEntry"] = "records",
        ["RecordFormat.TryReadElement"] = "records",
        ["StateHeader.TryRead"] = "records",
        ["KvEntry.TryRead"] = "records",
        ["Collection.TryRestore"] = "records",
        ["KvHash.TryRestore"] = "records",
        ["KvList.TryRestore"] = "records",
        ["KvSet.TryRestore"] = "records",
        ["KvSortedSet.TryRestore"] = "records",
        ["RecentChange.TryRead"] = "records",
        ["RecentPage.TryRead"] = "records",
        ["RecentChanges.TryRestore"] = "records",
        ["ChangePage.Read"] = "reply about changes",
        ["KvReply.Read"] = "reply to a client",
        ["ReadService.ReadAsync"] = "reply to a client",

        ["RespParser.Parse"] = "RESP command",
        ["InlineSplitter.TrySplit"] = "RESP command",
        ["RespSkipper.Skip"] = "RESP command that is too long",
        ["ExpiryArgument.TryRead"] = "RESP session",
        ["TimeoutArgument.TryRead"] = "RESP session",
        ["ListRespCommands.TryReadSide"] = "RESP session",
        ["RandomRespCommands.TryReadCount"] = "RESP session",
        ["KeyspaceCommands.TryReadCursor"] = "RESP session",
        ["KeyspaceCommands.TryReadAfter"] = "RESP session",
        ["RespGateway.ReadAsync"] = "RESP session",
        ["ScoreText.TryParse"] = "score text",
        ["ScoreText.TryParseBound"] = "score text",
        ["HexText.TryParse"] = "score text",
        ["HexText.TryParseExponent"] = "score text",
        ["SortedSetFormats.TryReadScore"] = "reply to a client of Redis",
    };
}
