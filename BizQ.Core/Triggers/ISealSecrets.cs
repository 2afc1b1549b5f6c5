namespace BizQ.Core.Triggers;

/// <summary>Stands for keys that lie outside the database: what is read in a copy of it is of no use without them.</summary>
public interface ISealSecrets
{
    string Seal(string secret);

    /// <summary>Null when it was sealed with keys that are gone, or was changed.</summary>
    string? Open(string sealedSecret);
}
