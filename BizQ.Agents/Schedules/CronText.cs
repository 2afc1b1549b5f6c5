using Quartz;

namespace BizQ.Agents.Schedules;

/// <summary>What people write for a schedule, as Quartz reads it.</summary>
internal static class CronText
{
    /// <summary>A sentence; null when it is a schedule.</summary>
    public static string? ProblemOf(string cron)
    {
        try
        {
            // Ended here on purpose: reading it is the only check there is.
            return new CronExpression(cron).CronExpressionString.Length == 0 ? "The cron is empty." : null;
        }
        catch (FormatException problem)
        {
            return $"'{cron}' is not a cron: {problem.Message.TrimEnd('.')}. It has six or seven parts: seconds, minutes, hours, day of month, month, day of week, year; such as 0 0 8 ? * MON-FRI.";
        }
    }
}
