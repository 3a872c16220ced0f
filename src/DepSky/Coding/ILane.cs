namespace DepSky.Coding;

/// <summary>
/// Adjacent bytes of a block that an instruction set takes at a time, as elements of <see cref="GaloisField"/>:
/// <typeparamref name="TSelf"/> is a sum of products, <typeparamref name="TOperand"/> what is multiplied, in the form
/// that multiplication wants.
/// </summary>
internal unsafe interface ILane<TSelf, TOperand>
    where TSelf : unmanaged, ILane<TSelf, TOperand>
    where TOperand : unmanaged
{
    /// <summary>The instruction set.</summary>
    static abstract string Name { get; }

    /// <summary>Whether this processor has it.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>How many bytes a factor takes in the form that <see cref="AddProduct"/> wants.</summary>
    static abstract int FactorBytes { get; }

    /// <summary>Brings a factor into that form.</summary>
    static abstract void WriteFactor(byte factor, byte* destination);

    static abstract TOperand Load(byte* source);

    static abstract void Store(TSelf sum, byte* destination);

    /// <summary>sum + factor * operand.</summary>
    static abstract TSelf AddProduct(TSelf sum, TOperand operand, byte* factor);
}
