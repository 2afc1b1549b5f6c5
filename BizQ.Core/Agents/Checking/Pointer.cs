namespace BizQ.Core.Agents;

/// <summary>JSON pointers (RFC 6901), and patterns of them: "*" is any key or index, a last "**" everything from there on.</summary>
internal static class Pointer
{
    public static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    public static string Unescape(string name) => name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    public static bool Fits(string pattern, string pointer)
    {
        var (wanted, given) = (pattern.Split('/'), pointer.Split('/'));
        for (var i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] == "**")
                return true;
            if (i >= given.Length || (wanted[i] != "*" && wanted[i] != given[i]))
                return wanted.Length == i + 1 && wanted[i] == "**";
        }
        return wanted.Length == given.Length;
    }
}
