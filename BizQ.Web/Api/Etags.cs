using System.Globalization;
using BizQ.Core;

namespace BizQ.Web.Api;

/// <summary>Entity tags of what two people can edit: the version of the row, in quotes.</summary>
public static class Etags
{
    public static string Of(int version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>The version a change was made from, as If-Match says it; null when the caller does not care.</summary>
    public static Outcome<int?> IfMatch(HttpContext http)
    {
        if (http.Request.Headers.IfMatch is not [{ } match, ..] || match.Trim() == "*")
            return (int?)null;
        // Proxies that compress make a tag weak; it still names the version.
        var tag = match.Trim();
        tag = (tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag).Trim('"');
        return int.TryParse(tag, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : Refusal.Invalid("badIfMatch", "If-Match must be the ETag that reading this gave, such as \"3\".");
    }
}
