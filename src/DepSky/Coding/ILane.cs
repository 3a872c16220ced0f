namespace DepSky.Coding;

/// <summary>Adjacent bytes of a block that an instruction set takes at a time, as elements of <see cref="GaloisField"/>.</summary>
internal unsafe interface ILane<TSelf> where TSelf : unmanaged, ILane<TSelf>
{
    /// <summary>The instruction set.</summary>
    static abstract string Name { get; }

    /// <summary>Whether this processor has it.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>How many bytes a factor takes in the form that <see cref="AddProduct"/> wants.</summary>
    static abstract int FactorBytes { get; }

    /// <summary>Brings a factor into that form.</summary>
    static abstract void WriteFactor(byte factor, byte* destination);

    static abstract TSelf Load(byte* source);

    static abstract void Store(TSelf lane, byte* destination);

    /// <summary>sum + factor * lane.</summary>
    static abstract TSelf AddProduct(TSelf sum, TSelf lane, byte* factor);
}
