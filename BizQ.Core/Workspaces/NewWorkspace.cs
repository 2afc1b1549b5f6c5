using System.Globalization;
using System.Text;
using BizQ.Core.Data;

namespace BizQ.Core.Workspaces;

/// <summary>What every new workspace has in common.</summary>
internal static class NewWorkspace
{
    public const int LongestName = 80;

    public static IEnumerable<Problem> Problems(string name, string timeZone)
    {
        if (string.IsNullOrWhiteSpace(name))
            yield return new Problem("/workspace", "Give the workspace a name: your business's name is the usual one.");
        else if (name.Trim().Length > LongestName)
            yield return new Problem("/workspace", $"The workspace's name may have at most {LongestName} characters.");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out _))
            yield return new Problem("/timeZone", $"\"{timeZone}\" is no known time zone. Use an IANA name such as Europe/Berlin or UTC.");
    }

    /// <summary>Adds the workspace and its owner's membership; the caller saves.</summary>
    public static Workspace Add(BizQDb db, Ids ids, TimeProvider clock, string name, Guid ownerId, string timeZone)
    {
        var now = clock.GetUtcNow();
        var id = ids.New();
        var workspace = new Workspace { Id = id, Name = name.Trim(), Slug = SlugOf(name, id), TimeZone = timeZone, CreatedAt = now };
        db.Add(workspace);
        db.Add(new Membership { Id = ids.New(), WorkspaceId = id, PersonId = ownerId, Role = Role.Owner, CreatedAt = now });
        return workspace;
    }

    /// <summary>Letters and digits of the name, and the id's last six digits, so that two of the same name do not collide.</summary>
    private static string SlugOf(string name, Guid id)
    {
        var slug = new StringBuilder();
        foreach (var letter in name.Trim().Normalize(NormalizationForm.FormD).ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(letter))
                slug.Append(letter);
            else if (slug.Length > 0 && slug[^1] != '-' && CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark)
                slug.Append('-');
        }
        return $"{slug.ToString().Trim('-')}-{id.ToString("N")[^6..]}".TrimStart('-');
    }
}
