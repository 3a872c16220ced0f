namespace BftCloud.Links;

/// <summary>Takes the frames of a <see cref="SecureLink"/>. Called by one thread at a time.</summary>
internal interface ILinkReceiver
{
    /// <summary>A frame in an array of its own. Nothing more is read while the task is incomplete.</summary>
    ValueTask OnFrame(ReadOnlyMemory<byte> frame);

    /// <summary>All frames that had arrived together have been handed out.</summary>
    void OnFramesEnd();
}
