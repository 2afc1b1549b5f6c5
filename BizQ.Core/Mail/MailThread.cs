using BizQ.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace BizQ.Core.Mail;

/// <summary>Which conversation a message belongs to: that of the newest message it names as an earlier one.</summary>
public static class MailThread
{
    // The nearest ancestors decide; a chain of hundreds would only make the query long.
    private const int MostAncestors = 20;

    public static async Task<Guid> Of(BizQDb db, IReadOnlyList<string> earlier, Guid own, CancellationToken cancel)
    {
        var ancestors = earlier.Distinct().TakeLast(MostAncestors).ToList();
        if (ancestors.Count == 0)
            return own;
        var thread = await db.Mails.Where(m => ancestors.Contains(m.MessageId))
            .OrderByDescending(m => m.Id).Select(m => (Guid?)m.ThreadId).FirstOrDefaultAsync(cancel);
        return thread ?? own;
    }
}
