namespace DepSky.Coding;

/// <summary>Matrices over <see cref="GaloisField"/>, row after row.</summary>
internal static class CodingMatrix
{
    /// <summary>
    /// The generator of a systematic code, of <paramref name="rows"/> times <paramref name="columns"/> elements: the
    /// identity above a Cauchy matrix 1/(x_i + y_j) whose first row and column are scaled to ones. Every square
    /// submatrix of a Cauchy matrix is invertible, scaling rows and columns by non-zero factors keeps that, and so any
    /// <paramref name="columns"/> rows of the whole are. With one column all rows are the same: replication.
    /// </summary>
    public static byte[] Generator(int columns, int rows)
    {
        byte[] matrix = new byte[rows * columns];
        for (int i = 0; i < columns; i++) matrix[i * columns + i] = 1;
        for (int i = columns; i < rows; i++)
        {
            // Column j scaled so that the first coding row is ones, then the row so that its first element is one.
            byte first = Scaled(columns, i, 0);
            for (int j = 0; j < columns; j++)
                matrix[i * columns + j] = GaloisField.Multiply(Scaled(columns, i, j), GaloisField.Invert(first));
        }
        return matrix;
    }

    /// <summary>
    /// The Cauchy element of row i and column j over that of the first coding row: x_i = i, y_j = j, all of them
    /// different.
    /// </summary>
    private static byte Scaled(int columns, int i, int j) =>
        GaloisField.Multiply(GaloisField.Invert((byte)(i ^ j)), (byte)(columns ^ j));

    /// <summary>
    /// Inverts a square matrix in place by Gauss-Jordan elimination; false if it is singular, and then its content
    /// means nothing.
    /// </summary>
    public static bool TryInvert(Span<byte> matrix, int size)
    {
        Span<byte> inverse = stackalloc byte[size * size];
        inverse.Clear();
        for (int i = 0; i < size; i++) inverse[i * size + i] = 1;
        for (int column = 0; column < size; column++)
        {
            int pivot = column;
            while (pivot < size && matrix[pivot * size + column] == 0) pivot++;
            if (pivot == size) return false;
            if (pivot != column)
            {
                SwapRows(matrix, size, pivot, column);
                SwapRows(inverse, size, pivot, column);
            }
            byte scale = GaloisField.Invert(matrix[column * size + column]);
            ScaleRow(matrix.Slice(column * size, size), scale);
            ScaleRow(inverse.Slice(column * size, size), scale);
            for (int row = 0; row < size; row++)
            {
                byte factor = matrix[row * size + column];
                if (row == column || factor == 0) continue;
                AddRow(matrix.Slice(row * size, size), matrix.Slice(column * size, size), factor);
                AddRow(inverse.Slice(row * size, size), inverse.Slice(column * size, size), factor);
            }
        }
        inverse.CopyTo(matrix);
        return true;
    }

    /// <summary>The product of a row and a square matrix.</summary>
    public static void MultiplyRow(ReadOnlySpan<byte> row, ReadOnlySpan<byte> matrix, Span<byte> product)
    {
        product.Clear();
        for (int i = 0; i < row.Length; i++) AddRow(product, matrix.Slice(i * row.Length, row.Length), row[i]);
    }

    private static void SwapRows(Span<byte> matrix, int size, int a, int b)
    {
        for (int i = 0; i < size; i++)
            (matrix[a * size + i], matrix[b * size + i]) = (matrix[b * size + i], matrix[a * size + i]);
    }

    private static void ScaleRow(Span<byte> row, byte factor)
    {
        foreach (ref byte element in row) element = GaloisField.Multiply(element, factor);
    }

    private static void AddRow(Span<byte> row, ReadOnlySpan<byte> other, byte factor)
    {
        for (int i = 0; i < row.Length; i++) row[i] ^= GaloisField.Multiply(other[i], factor);
    }
}
