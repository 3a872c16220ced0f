namespace DepSky;

/// <summary>What kept a cloud from doing what it was asked.</summary>
public enum CloudFailure
{
    /// <summary>There is no object of that name.</summary>
    NotFound,

    /// <summary>It refuses: wrong or expired credentials, or no right to do this.</summary>
    Denied,

    /// <summary>It does not answer, answers too late, or says that it cannot serve now.</summary>
    Unavailable,

    /// <summary>It has no room left, or the account's quota is used up.</summary>
    Full,

    /// <summary>It answers what makes no sense: protocol errors, lengths that do not fit, damaged files.</summary>
    Broken,
}
