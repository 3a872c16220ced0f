using System.Runtime.CompilerServices;

namespace DepSky.Coding;

/// <summary>
/// The kernel of an instruction set. Inputs are loaded once for up to four outputs, whose sums stay in registers.
/// </summary>
internal sealed unsafe class LaneKernel<TLane, TOperand> : CodingKernel
    where TLane : unmanaged, ILane<TLane, TOperand>
    where TOperand : unmanaged
{
    /// <summary>
    /// With more than four outputs the inputs are read several times; in stretches of this length they stay in the
    /// second-level cache.
    /// </summary>
    private const int StretchBytes = 16 * 1024;

    public override string Name => TLane.Name;

    [SkipLocalsInit]
    public override void Run(
        byte* coefficients, byte** inputs, int inputCount, byte** outputs, int outputCount, int length)
    {
        if (length < sizeof(TLane))
        {
            new LaneKernel<ScalarLane, byte>().Run(coefficients, inputs, inputCount, outputs, outputCount, length);
            return;
        }
        byte* factors = stackalloc byte[outputCount * inputCount * TLane.FactorBytes];
        WriteFactors(coefficients, inputCount, outputCount, factors);
        for (int start = 0, end; start < length; start = end)
        {
            // What is left must not be shorter than a lane.
            end = length - start < StretchBytes + sizeof(TLane) ? length : start + StretchBytes;
            byte* next = factors;
            for (int output = 0; output < outputCount;)
            {
                int rows = RowsAtOnce(outputCount - output);
                switch (rows)
                {
                    case 4: Four(next, inputs, inputCount, outputs + output, start, end); break;
                    case 3: Three(next, inputs, inputCount, outputs + output, start, end); break;
                    case 2: Two(next, inputs, inputCount, outputs + output, start, end); break;
                    default: One(next, inputs, inputCount, outputs + output, start, end); break;
                }
                next += rows * inputCount * TLane.FactorBytes;
                output += rows;
            }
        }
    }

    private static int RowsAtOnce(int left) => Math.Min(left, 4);

    /// <summary>
    /// In the order in which they are used: for each group of outputs, for each input, for each output of the group.
    /// </summary>
    private static void WriteFactors(byte* coefficients, int inputCount, int outputCount, byte* factors)
    {
        for (int output = 0; output < outputCount; output += RowsAtOnce(outputCount - output))
        {
            int rows = RowsAtOnce(outputCount - output);
            for (int input = 0; input < inputCount; input++)
            {
                for (int row = output; row < output + rows; row++, factors += TLane.FactorBytes)
                    TLane.WriteFactor(coefficients[row * inputCount + input], factors);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(byte* factors, byte** inputs, int inputCount, byte** outputs, int start, int end)
    {
        byte* a = outputs[0], b = outputs[1], c = outputs[2], d = outputs[3];
        for (int at = start; at < end; at = Next(at, end))
        {
            TLane sumA = default, sumB = default, sumC = default, sumD = default;
            byte* factor = factors;
            for (int input = 0; input < inputCount; input++, factor += 4 * TLane.FactorBytes)
            {
                TOperand operand = TLane.Load(inputs[input] + at);
                sumA = TLane.AddProduct(sumA, operand, factor);
                sumB = TLane.AddProduct(sumB, operand, factor + TLane.FactorBytes);
                sumC = TLane.AddProduct(sumC, operand, factor + 2 * TLane.FactorBytes);
                sumD = TLane.AddProduct(sumD, operand, factor + 3 * TLane.FactorBytes);
            }
            TLane.Store(sumA, a + at);
            TLane.Store(sumB, b + at);
            TLane.Store(sumC, c + at);
            TLane.Store(sumD, d + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Three(byte* factors, byte** inputs, int inputCount, byte** outputs, int start, int end)
    {
        byte* a = outputs[0], b = outputs[1], c = outputs[2];
        for (int at = start; at < end; at = Next(at, end))
        {
            TLane sumA = default, sumB = default, sumC = default;
            byte* factor = factors;
            for (int input = 0; input < inputCount; input++, factor += 3 * TLane.FactorBytes)
            {
                TOperand operand = TLane.Load(inputs[input] + at);
                sumA = TLane.AddProduct(sumA, operand, factor);
                sumB = TLane.AddProduct(sumB, operand, factor + TLane.FactorBytes);
                sumC = TLane.AddProduct(sumC, operand, factor + 2 * TLane.FactorBytes);
            }
            TLane.Store(sumA, a + at);
            TLane.Store(sumB, b + at);
            TLane.Store(sumC, c + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two(byte* factors, byte** inputs, int inputCount, byte** outputs, int start, int end)
    {
        byte* a = outputs[0], b = outputs[1];
        for (int at = start; at < end; at = Next(at, end))
        {
            TLane sumA = default, sumB = default;
            byte* factor = factors;
            for (int input = 0; input < inputCount; input++, factor += 2 * TLane.FactorBytes)
            {
                TOperand operand = TLane.Load(inputs[input] + at);
                sumA = TLane.AddProduct(sumA, operand, factor);
                sumB = TLane.AddProduct(sumB, operand, factor + TLane.FactorBytes);
            }
            TLane.Store(sumA, a + at);
            TLane.Store(sumB, b + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(byte* factors, byte** inputs, int inputCount, byte** outputs, int start, int end)
    {
        byte* a = outputs[0];
        for (int at = start; at < end; at = Next(at, end))
        {
            TLane sum = default;
            byte* factor = factors;
            for (int input = 0; input < inputCount; input++, factor += TLane.FactorBytes)
                sum = TLane.AddProduct(sum, TLane.Load(inputs[input] + at), factor);
            TLane.Store(sum, a + at);
        }
    }

    /// <summary>
    /// The last lane is moved back so that it ends with the block; what it computes again comes out the same.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Next(int at, int end)
    {
        int next = at + sizeof(TLane);
        return next >= end || next + sizeof(TLane) <= end ? next : end - sizeof(TLane);
    }
}
