namespace BizQ.Agents.Runtime.Scripts;

/// <summary>
/// What one expression may take. Anything a person writes into a setting stays a hundred times below; what does not is a
/// mistake or an attack, and ends within two seconds either way.
/// </summary>
internal static class ScriptLimits
{
    /// <summary>Characters of one expression.</summary>
    public const int LongestSource = 10_000;

    /// <summary>Characters of a text that an expression makes or results in.</summary>
    public const int MostText = 1_000_000;

    /// <summary>Characters of a text that is normalised or percent-encoded, which makes up to eighteen of one before memory is looked at.</summary>
    public const int LongestGrowing = 200_000;

    /// <summary>Bytes a script may allocate. Four megabytes keep any text it can build at two million characters, so that the
    /// slowest built-in over the longest text (spreading it into an object) still ends in time.</summary>
    public const long Memory = 4_000_000;

    public const int Statements = 100_000;

    public const int Recursion = 60;

    /// <summary>Items of one array.</summary>
    public const uint ArrayItems = 65_536;

    /// <summary>Insertions (<c>${}</c>) of one expression: each may repeat a long text before memory is looked at.</summary>
    public const int Insertions = 40;

    /// <summary>Nesting of a result; steps pass results on and nest them again, and JSON as a whole may be 64 deep.</summary>
    public const int ResultDepth = 32;

    public static readonly TimeSpan Time = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// A machine under load can lose a quarter of a second between two statements. What ran out of time once is given this
    /// much, once more, before it is called too slow.
    /// </summary>
    public static readonly TimeSpan SecondTime = TimeSpan.FromMilliseconds(750);

    public static readonly TimeSpan Regex = TimeSpan.FromMilliseconds(100);
}

/// <summary>A script asked for more than <see cref="ScriptLimits"/> gives; the message is the rest of the sentence "It …".</summary>
internal sealed class ScriptLimitException(string message) : Exception(message);
