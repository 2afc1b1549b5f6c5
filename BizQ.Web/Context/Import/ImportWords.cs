using System.Globalization;
using BizQ.Core.Context;
using BizQ.Web.Controls;

namespace BizQ.Web.Context.Import;

/// <summary>How imports are said to people.</summary>
internal static class ImportWords
{
    public static string State(EntityImport import) => import.State switch
    {
        ImportState.Mapping => "To be mapped",
        ImportState.Queued => "Waiting",
        ImportState.Running => $"{Percent(import)} %",
        ImportState.Done when import.Failed > 0 => "Done, with gaps",
        ImportState.Done => "Done",
        ImportState.Failed => "Broke off",
        ImportState.Cancelled => "Cancelled",
        ImportState.Undoing => "Taking out",
        _ => "Taken out",
    };

    public static Tone Tone(EntityImport import) => import.State switch
    {
        ImportState.Done => import.Failed > 0 ? Controls.Tone.Warn : Controls.Tone.Good,
        ImportState.Failed => Controls.Tone.Bad,
        ImportState.Queued or ImportState.Running or ImportState.Undoing => Controls.Tone.Accent,
        _ => Controls.Tone.Neutral,
    };

    public static int Percent(EntityImport import) => import.State == ImportState.Undoing ? Part(import.Removed, import.Added) : Part(import.Done, import.Rows);

    /// <summary>What became of its rows, in a few words.</summary>
    public static string Result(EntityImport import)
    {
        if (import.Type is null || import.Done == 0)
            return "";
        var parts = new List<string>();
        Say(import.Added, "new");
        Say(import.Changed, "changed");
        Say(import.Unchanged, "as they were");
        Say(import.Skipped, "left out");
        Say(import.Failed, "not taken in");
        Say(import.Removed, "taken out again");
        return string.Join(", ", parts);

        void Say(int count, string what)
        {
            if (count > 0)
                parts.Add($"{Number(count)} {what}");
        }
    }

    public static string Kind(ColumnKind kind) => kind switch
    {
        ColumnKind.Boolean => "Yes or no",
        ColumnKind.Integer => "Whole number",
        ColumnKind.Json => "As in the file",
        _ => kind.ToString(),
    };

    public static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static int Part(int done, int of) => of == 0 ? 0 : (int)(done * 100L / of);
}
